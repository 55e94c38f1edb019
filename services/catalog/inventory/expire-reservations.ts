import { type Kysely, sql, type Transaction } from 'kysely'
import { databaseFault, repeatOnConflict } from '../../kit/database-faults.ts'
import type { EventCause } from '../../kit/events.ts'
import { failpoint } from '../../kit/failpoints.ts'
import type { CatalogTables } from '../schema.ts'
import { expiredEvent } from './inventory-events.ts'
import type { ShortLine } from './judged-lines.ts'
import type { ReservationLine } from './reservation-schemas.ts'

export type ExpireOutcome =
  | { readonly kind: 'expired'; readonly lines: readonly ReservationLine[] }
  | { readonly kind: 'none' }
  /** Others keep these products locked. */
  | { readonly kind: 'busy'; readonly productIds: readonly string[] }

/** Which of the reservations whose time is over. */
export type Choice =
  /** Waits for one that another is just ending, because what it frees is needed now. */
  | { readonly holding: readonly string[] }
  /** Passes over those that others are at, and waits for a product only so long. */
  | { readonly avoiding: readonly string[]; readonly lockMilliseconds: number }

/** Ends the reservation that has been due for longest, in a transaction of its own, and gives back what it held. */
export async function expireNext(
  database: Kysely<CatalogTables>,
  choice: Choice,
  cause: EventCause,
): Promise<ExpireOutcome> {
  let productIds: readonly string[] = []
  const run = database.transaction()
  const expire = () =>
    run.execute(async (transaction): Promise<ExpireOutcome> => {
      const next = await lockNext(transaction, choice)
      if (next === undefined) return { kind: 'none' }
      productIds = next.lines.map((line) => line.product_id)
      await giveBack(transaction, next.id, cause)
      await failpoint('inventory.expire.before_commit')
      return { kind: 'expired', lines: next.lines }
    })
  return repeatOnConflict(expire).catch((error: unknown) => {
    if (databaseFault(error)?.kind !== 'busy' || productIds.length === 0) throw error
    return { kind: 'busy', productIds }
  })
}

/** Ends as many due reservations as the shortage needs, or as there are. */
export async function expireForShortage(
  database: Kysely<CatalogTables>,
  short: readonly ShortLine[],
  cause: EventCause,
): Promise<void> {
  const missing = new Map(short.map((line) => [line.product_id, line.requested - line.available]))
  for (;;) {
    const holding = [...missing].filter(([, units]) => units > 0).map(([productId]) => productId)
    if (holding.length === 0) return
    const outcome = await expireNext(database, { holding }, cause)
    if (outcome.kind !== 'expired') return
    for (const { product_id, quantity } of outcome.lines) {
      missing.set(product_id, (missing.get(product_id) ?? 0) - quantity)
    }
  }
}

type Due = { readonly id: string; readonly lines: readonly ReservationLine[] }

async function lockNext(transaction: Transaction<CatalogTables>, choice: Choice): Promise<Due | undefined> {
  const waits = 'holding' in choice
  if (!waits) {
    await sql`select set_config('lock_timeout', ${`${choice.lockMilliseconds}ms`}, true)`.execute(transaction)
  }
  const productIds = [...(waits ? choice.holding : choice.avoiding)]
  const holds = sql`exists (
    select from inventory_reservation_lines l
    where l.reservation_id = r.id and l.product_id = any (${productIds}::uuid[]))`
  const { rows } = await sql<Due>`
    with due as (
      select r.id from inventory_reservations r
      where r.state = 'active' and r.expires_at <= now() and ${waits ? holds : sql`not ${holds}`}
      order by r.expires_at, r.id
      limit 1
      for update of r ${waits ? sql`` : sql`skip locked`}
    )
    select due.id, json_agg(json_build_object('product_id', l.product_id, 'quantity', l.quantity)) as lines
    from due join inventory_reservation_lines l on l.reservation_id = due.id
    group by due.id`.execute(transaction)
  return rows[0]
}

/** The reservation's row is locked already: first it, then the products' rows by id, which is the order everywhere. */
async function giveBack(transaction: Transaction<CatalogTables>, id: string, cause: EventCause): Promise<void> {
  await sql`
    with expired as (
      update inventory_reservations r set state = 'expired', closed_at = now()
      where r.id = ${id}::uuid and r.state = 'active'
      returning r.id, r.reference
    ), lines as (
      select l.product_id, l.quantity as units
      from inventory_reservation_lines l join expired on expired.id = l.reservation_id
    ), locked as (
      select i.product_id, i.quantity, i.reserved, lines.units
      from inventory i join lines on lines.product_id = i.product_id
      order by i.product_id
      for update of i
    ), freed as (
      update inventory i set quantity = l.quantity, reserved = l.reserved - l.units, updated_at = now()
      from locked l where i.product_id = l.product_id
    )
    select ${expiredEvent({ id: sql`expired.id`, reference: sql`expired.reference` }, cause)} as told
    from expired`.execute(transaction)
}
