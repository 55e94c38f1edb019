import { type Kysely, sql } from 'kysely'
import { databaseFault, repeatOnConflict } from '../../kit/database-faults.ts'
import type { CatalogTables } from '../schema.ts'
import { linesPerProduct, type Reservation, type ReservationLine, type Reserve } from './reservation-schemas.ts'
import { findReservation } from './reservations.ts'

export type ShortLine = { readonly product_id: string; readonly requested: number; readonly available: number }

export type ReserveOutcome =
  | { readonly kind: 'created' | 'repeated'; readonly reservation: Reservation }
  /** The reference belongs to a reservation of other items. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'insufficient'; readonly short: readonly ShortLine[] }
  | { readonly kind: 'unknown-products'; readonly productIds: readonly string[] }

/** `id` becomes the reservation's, unless the reference has one already. */
export type ReserveWish = Reserve & { readonly id: string }

/** Holds all of the items or none of them. The same reference and items again give the same reservation. */
export async function reserveStock(database: Kysely<CatalogTables>, wish: ReserveWish): Promise<ReserveOutcome> {
  const lines = linesPerProduct(wish.items)
  const judged = await repeatOnConflict(() => holdAll(database, { wish, lines })).catch(ifReferenceTaken)
  if (judged?.[0]?.held === true) {
    const reservation = await findReservation(database, { reservation_id: wish.id })
    if (reservation === undefined) throw new Error(`reservation ${wish.id} is gone right after it was made`)
    return { kind: 'created', reservation }
  }
  // Looked up only now: another request with the same reference may be the very reason why the stock is short.
  const earlier = await findReservation(database, { reference: wish.reference })
  if (earlier !== undefined) {
    return sameLines(earlier.items, lines) ? { kind: 'repeated', reservation: earlier } : { kind: 'mismatch' }
  }
  return refusal(judged ?? [])
}

type JudgedLine = { product_id: string; requested: number; available: number | null; held: boolean }
type Wanted = { readonly wish: ReserveWish; readonly lines: readonly ReservationLine[] }

/**
 * One statement: all of it happens or nothing, in one round trip. The rows are locked in the order of their ids, so
 * that baskets never wait for each other in a circle, and `locked` shows them as they are after the wait. A reference
 * that is taken locks nothing; one that is taken meanwhile violates its unique constraint and undoes the statement.
 */
async function holdAll(database: Kysely<CatalogTables>, { wish, lines }: Wanted): Promise<JudgedLine[]> {
  const productIds = lines.map((line) => line.product_id)
  const quantities = lines.map((line) => line.quantity)
  const { rows } = await sql<JudgedLine>`
    with wanted as (
      select product_id, requested from unnest(${productIds}::uuid[], ${quantities}::integer[]) as w (product_id, requested)
    ), locked as (
      select i.product_id, i.quantity - i.reserved as available
      from inventory i join products p on p.id = i.product_id
      where i.product_id = any (${productIds}::uuid[]) and p.deleted_at is null and p.active
        and not exists (select from inventory_reservations where reference = ${wish.reference})
      order by i.product_id
      for update of i
    ), judged as (
      select w.product_id, w.requested, l.available from wanted w left join locked l on l.product_id = w.product_id
    ), verdict as (
      select bool_and(coalesce(available >= requested, false)) as held from judged
    ), counted as (
      update inventory i set reserved = i.reserved + j.requested, updated_at = now()
      from judged j, verdict where verdict.held and i.product_id = j.product_id
    ), reservation as (
      insert into inventory_reservations (id, reference, expires_at)
      select ${wish.id}::uuid, ${wish.reference}, now() + make_interval(secs => ${wish.ttl_seconds}::integer)
      from verdict where verdict.held
      returning id
    ), kept as (
      insert into inventory_reservation_lines (reservation_id, product_id, quantity)
      select reservation.id, j.product_id, j.requested from reservation, judged j
    )
    select j.product_id, j.requested, j.available, verdict.held from judged j, verdict order by j.product_id`.execute(
    database,
  )
  return rows
}

function ifReferenceTaken(error: unknown): undefined {
  const fault = databaseFault(error)
  if (fault?.kind === 'constraint' && fault.constraint === 'inventory_reservations_reference_key') return undefined
  throw error
}

function sameLines(one: readonly ReservationLine[], other: readonly ReservationLine[]): boolean {
  const wanted = new Map(other.map((line) => [line.product_id, line.quantity]))
  return one.length === other.length && one.every((line) => wanted.get(line.product_id) === line.quantity)
}

function refusal(judged: readonly JudgedLine[]): ReserveOutcome {
  const unknown = judged.filter((line) => line.available === null)
  if (unknown.length > 0) return { kind: 'unknown-products', productIds: unknown.map((line) => line.product_id) }
  const short = judged.flatMap(({ product_id, requested, available }) =>
    available !== null && available < requested ? [{ product_id, requested, available }] : [],
  )
  return { kind: 'insufficient', short }
}
