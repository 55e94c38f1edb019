import { setTimeout as delay } from 'node:timers/promises'
import { type QueryExecutorProvider, sql } from 'kysely'
import type { MoneyShop } from './money-shop.ts'

export type Clocks = {
  /** Leases that are held for longer than this belong to processes that are gone; 0 where no process of orders runs. */
  readonly heldSeconds: number
}

/** Longer than any member of the bus waits before it renews what it holds. */
export const renewedWithinSeconds = 16

/** What only waits for its time is due now: leases of those who are gone, and tries that come later. It decides nothing. */
export async function moveClocks(shop: MoneyShop, { heldSeconds }: Clocks): Promise<void> {
  const { orders, catalog, bus } = shop
  /** `locked_until` of a lease of so many seconds that has been held for too long. */
  const isDead = (leaseSeconds: number) =>
    sql`locked_until between now() and now() + make_interval(secs => ${leaseSeconds - heldSeconds})`
  await sql`update idempotency_keys set locked_until = now() where ${isDead(60)}`.execute(orders)
  await sql`update order_sagas set locked_until = now() where ${isDead(25)}`.execute(orders)
  await sql`update order_tasks set locked_until = now() where state = 'due' and ${isDead(30)}`.execute(orders)
  await sql`
    update notifications set claimed_at = now() - interval '6 minutes'
    where state = 'sending' and claimed_at < now() - make_interval(secs => ${heldSeconds})`.execute(orders)
  const groups = heldSeconds === 0 ? 'order%' : '%'
  await sql`
    update bus_positions set owner = null, kept_until = null
    where group_name like ${groups} and kept_until <= now() + make_interval(secs => ${60 - heldSeconds})`.execute(bus)
  await sql`
    delete from bus_members
    where group_name like ${groups} and seen_at <= clock_timestamp() - make_interval(secs => ${heldSeconds})`.execute(
    bus,
  )

  await sql`update order_sagas set next_run_at = now() where step <> 'done' and next_run_at > now()`.execute(orders)
  await sql`update order_tasks set next_run_at = now() where state = 'due' and next_run_at > now()`.execute(orders)
  await sql`
    update webhook_events set next_run_at = now() where state = 'received' and next_run_at > now()`.execute(orders)
  await sql`
    update simulated_webhooks set due_at = now() where delivered_at is null and due_at > now()`.execute(orders)
  await sql`
    update notifications set next_attempt_at = now() where state = 'pending' and next_attempt_at > now()`.execute(
    orders,
  )
  for (const database of [orders, catalog]) {
    await sql`update event_attempts set next_attempt_at = now() where next_attempt_at > now()`.execute(database)
  }
}

type Left = { readonly what: string; readonly count: number }

/** What is still under way, by its kind; nothing where the shop is at rest. */
export async function stillUnderWay({ orders, catalog, bus }: MoneyShop): Promise<readonly string[]> {
  const { rows: left } = await sql<Left>`
    select 'sagas' as what, count(*) as count from order_sagas s join payments p on p.id = s.payment_id
      where s.step <> 'done' and p.status <> 'requires_action'
    union all select 'charges', count(*) from payments where status = 'created'
    union all select 'tasks', count(*) from order_tasks where state = 'due'
    union all select 'refunds', count(*) from refunds where status = 'pending'
    union all select 'webhooks', count(*) from webhook_events where state = 'received'
    union all select 'sent webhooks', count(*) from simulated_webhooks where delivered_at is null
    union all select 'mails', count(*) from notifications where channel = 'mail' and state in ('pending', 'sending')
    union all select 'events of orders', count(*) from outbox_events where published_at is null`.execute(orders)
  const { rows: unread } = await sql<Left>`
    select group_name as what, count(*) as count from bus_positions p
    where cardinality(p.unfinished) > 0
      or exists (select from bus_entries e where e.bucket = p.bucket and e.seq > p.position)
    group by group_name`.execute(bus)
  const lefts = [...left, ...(await eventsLeft(catalog, 'catalog')), ...(await eventsLeft(orders, 'orders')), ...unread]
  return lefts.filter(({ count }) => count > 0).map(({ what, count }) => `${count} ${what}`)
}

async function eventsLeft(database: QueryExecutorProvider, name: string): Promise<readonly Left[]> {
  const { rows } = await sql<Left>`
    select ${`events that ${name} tries again`} as what, count(*) as count from event_attempts
    union all select ${`events that ${name} has to send`}, count(*) from outbox_events where published_at is null`.execute(
    database,
  )
  return rows
}

const askMilliseconds = 500
/** Not with each question: a live process shall have the time to end what it has taken. */
const clockMilliseconds = 3_000

/** Resolves when nothing is under way any more; what only waits need not. Rejects with what is left when its time is over. */
export async function settled(shop: MoneyShop, { timeout }: { readonly timeout: number }): Promise<void> {
  const startedAt = performance.now()
  let movedAt = Number.NEGATIVE_INFINITY
  for (;;) {
    if (performance.now() - movedAt > clockMilliseconds) {
      await moveClocks(shop, { heldSeconds: renewedWithinSeconds })
      movedAt = performance.now()
    }
    const left = await stillUnderWay(shop)
    if (left.length === 0) return
    if (performance.now() - startedAt > timeout) throw new Error(`still under way: ${left.join(', ')}`)
    await delay(askMilliseconds)
  }
}
