import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { paidOrder } from '../testing/paid-order.ts'
import { chargedOrder } from './testing/charged-order.ts'
import { openRefunds } from './testing/open-refunds.ts'

const { stage, calls } = await openRefunds()

const slowly = { timeout: 15_000 }

/** The first commit that changes a status of this order's in the table is given up for another one's sake. */
async function refuseFirstCommit(table: 'refunds' | 'payments', orderId: string): Promise<() => Promise<number>> {
  const name = `refused_${orderId.replaceAll('-', '')}`
  await sql`create sequence ${sql.table(name)}`.execute(stage.kysely)
  await sql`
    create or replace function refuse_first_commit() returns trigger language plpgsql as $$
    begin
      -- What a sequence has given stays given, whatever is rolled back.
      if nextval(tg_argv[0]::regclass) = 1 then
        raise exception 'given up' using errcode = '40001';
      end if;
      return null;
    end $$`.execute(stage.kysely)
  await sql`
    create constraint trigger ${sql.ref(name)} after update of status on ${sql.table(table)}
    deferrable initially deferred for each row when (new.order_id = ${sql.lit(orderId)})
    execute function refuse_first_commit(${sql.lit(name)})`.execute(stage.kysely)
  return async () => {
    const { rows } = await sql<{ commits: number }>`
      select last_value as commits from ${sql.table(name)}`.execute(stage.kysely)
    return rows[0]?.commits ?? 0
  }
}

const errorsOf = (orderId: string) =>
  stage.lines().filter(({ level, order_id }) => level === 'ERROR' && order_id === orderId)

test('a refund that our call brings is counted once, though its first commit was given up', async () => {
  const order = await chargedOrder(stage)
  const commits = await refuseFirstCommit('refunds', order.id)
  const before = stage.refunded.length
  await calls.refund(order, { amount_cents: 100 })
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('succeeded')
  // Its webhook too has been applied.
  await expect.poll(() => webhooksLeft(), slowly).toBe(0)
  expect([await commits(), stage.refunded.slice(before)]).toEqual([2, ['simulated succeeded']])
})

const webhooksLeft = async () => {
  const { rows } = await sql<{ left: number }>`
    select (select count(*) from simulated_webhooks where delivered_at is null)
      + (select count(*) from webhook_events where state = 'received') as left`.execute(stage.kysely)
  return Number(rows[0]?.left)
}

test('a refund that a webhook ends is counted and told once, though its first commit was given up', async () => {
  const order = await chargedOrder(stage, { refunds: 'pend_then_fail' })
  const commits = await refuseFirstCommit('refunds', order.id)
  const before = stage.refunded.length
  await calls.refund(order, { amount_cents: 100 })
  await expect.poll(() => calls.lastStatus(order.id), slowly).toBe('failed')
  await expect.poll(() => stage.refunded.length, slowly).toBeGreaterThan(before)
  expect([await commits(), stage.refunded.slice(before)]).toEqual([2, ['simulated failed']])
  expect(errorsOf(order.id)).toHaveLength(1)
})

test('a payment that a webhook ends is counted once, though its first commit was given up', async () => {
  const { id } = await paidOrder(stage.kysely, { status: 'pending', captured: false })
  const paymentId = randomUUID()
  const key = `order:${id}:pay:1`
  await sql`
    insert into payments (id, order_id, attempt, provider, provider_key, amount_cents, currency, status)
    values (${paymentId}, ${id}, 1, 'simulated', ${key}, 5000, 'EUR', 'created')`.execute(stage.kysely)
  const commits = await refuseFirstCommit('payments', id)
  const payment = { providerRef: `ref_${paymentId}`, state: 'declined', capturedCents: 0, currency: 'EUR' }
  const eventId = await calls.tell({ kind: 'payment', key, payment })
  await expect.poll(async () => (await calls.webhook(eventId))?.state, slowly).toBe('applied')
  await expect.poll(() => stage.applied.length, slowly).toBeGreaterThan(0)
  expect([await commits(), stage.applied]).toEqual([2, [`${paymentId} declined`]])
})

test('a dispute is told once, though its first commit was given up', async () => {
  const order = await chargedOrder(stage)
  await sql`create sequence disputed`.execute(stage.kysely)
  await sql`
    create constraint trigger disputed after update of on_hold_reason on orders
    deferrable initially deferred for each row when (new.id = ${sql.lit(order.id)})
    execute function refuse_first_commit('disputed')`.execute(stage.kysely)
  const eventId = await calls.tell({ kind: 'dispute', providerRef: order.providerRef, disputeRef: 'dp_1' })
  await expect.poll(async () => (await calls.webhook(eventId))?.state, slowly).toBe('applied')
  await expect.poll(() => errorsOf(order.id).length, slowly).toBeGreaterThan(0)
  expect(errorsOf(order.id)).toHaveLength(1)
})
