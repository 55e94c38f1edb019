import { type Kysely, type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import { databaseFault, repeatOnConflict } from '../../kit/database-faults.ts'
import type { EventCause } from '../../kit/events.ts'
import { failpoint } from '../../kit/failpoints.ts'
import type { CatalogTables } from '../schema.ts'
import { expireForShortage } from './expire-reservations.ts'
import { holdLimit } from './hold-limits.ts'
import { lowEvent } from './inventory-events.ts'
import { dueReservations, isHeldByDue, type JudgedLine, type ShortLine, shortLines } from './judged-lines.ts'
import { linesPerProduct, type Reservation, type ReservationLine, type Reserve } from './reservation-schemas.ts'
import { findReservation } from './reservations.ts'

export type ReserveOutcome =
  | { readonly kind: 'created' | 'repeated'; readonly reservation: Reservation }
  /** The reference belongs to a reservation of other items. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'insufficient'; readonly short: readonly ShortLine[] }
  | { readonly kind: 'unknown-products'; readonly productIds: readonly string[] }
  /** The user holds as much as a user may; some of it ends after so long. */
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }

/** `id` becomes the reservation's, unless the reference has one already. */
export type ReserveWish = Reserve & {
  readonly id: string
  /** Whose holds are counted; null: nobody's. */
  readonly userId: string | null
  readonly cause: EventCause
}

/** Holds all of the items or none of them. The same reference and items again give the same reservation. */
export async function reserveStock(database: Kysely<CatalogTables>, wish: ReserveWish): Promise<ReserveOutcome> {
  const lines = linesPerProduct(wish.items)
  const first = await tryToHold(database, { wish, lines })
  if (first.kind !== 'insufficient' || !first.due) return first
  await expireForShortage(database, first.short, wish.cause)
  return tryToHold(database, { wish, lines })
}

type Wanted = { readonly wish: ReserveWish; readonly lines: readonly ReservationLine[] }
type Tried = Exclude<ReserveOutcome, { kind: 'insufficient' }> | (Shortage & { readonly due: boolean })
type Shortage = Extract<ReserveOutcome, { kind: 'insufficient' }>

async function tryToHold(database: Kysely<CatalogTables>, wanted: Wanted): Promise<Tried> {
  const { wish, lines } = wanted
  const judged = await repeatOnConflict(() => hold(database, wanted)).catch(ifReferenceTaken)
  const reservation = Array.isArray(judged) ? newReservation(wish, judged) : undefined
  if (reservation !== undefined) return { kind: 'created', reservation }
  // Looked up only now: another request with the same reference may be the very reason why the stock is short.
  const earlier = await findReservation(database, { reference: wish.reference })
  if (earlier !== undefined) {
    return sameLines(earlier.items, lines) ? { kind: 'repeated', reservation: earlier } : { kind: 'mismatch' }
  }
  return Array.isArray(judged) ? refusal(judged) : judged
}

type Limited = Extract<ReserveOutcome, { kind: 'limited' }>

/** Of a line that was held, when it was and until when. */
type HeldLine = JudgedLine & { readonly created_at: Date | null; readonly expires_at: Date | null }

async function hold(database: Kysely<CatalogTables>, wanted: Wanted): Promise<HeldLine[] | Limited> {
  const { userId } = wanted.wish
  if (userId === null) return holdAll(database, wanted)
  return database.transaction().execute(async (transaction) => {
    const retryAfterSeconds = await holdLimit(transaction, userId)
    if (retryAfterSeconds !== null) return { kind: 'limited', retryAfterSeconds }
    const judged = await holdAll(transaction, wanted)
    await failpoint('inventory.reserve.before_commit')
    return judged
  })
}

/**
 * One statement: all of it happens or nothing, in one round trip. The rows are locked in the order of their ids, so
 * that baskets never wait for each other in a circle, and `locked` shows them as they are after the wait. An update
 * has to count from there: its own view of the row is from before the wait, and PostgreSQL checks constraints on what
 * that gives, too. A reference that is taken locks nothing; one that is taken meanwhile violates its unique constraint
 * and undoes the statement.
 */
export function holdStatement({ wish, lines }: Wanted): RawBuilder<HeldLine> {
  const productIds = lines.map((line) => line.product_id)
  const quantities = lines.map((line) => line.quantity)
  const low = lowEvent({ productId: sql`c.product_id`, available: sql`c.available` }, wish.cause)
  return sql<HeldLine>`
    with wanted as (
      select product_id, requested from unnest(${productIds}::uuid[], ${quantities}::integer[]) as w (product_id, requested)
    ), locked as (
      select i.product_id, i.quantity, i.reserved, i.quantity - i.reserved as available, i.low
      from inventory i join products p on p.id = i.product_id
      where i.product_id = any (${productIds}::uuid[]) and p.deleted_at is null and p.active
        and not exists (select from inventory_reservations where reference = ${wish.reference})
      order by i.product_id
      for update of i
    ), judged as (
      select w.product_id, w.requested, l.quantity, l.reserved, l.available, l.low
      from wanted w left join locked l on l.product_id = w.product_id
    ), verdict as (
      select bool_and(coalesce(available >= requested, false)) as held from judged
    ), counted as (
      update inventory i set quantity = j.quantity, reserved = j.reserved + j.requested, updated_at = now()
      from judged j, verdict where verdict.held and i.product_id = j.product_id
      returning i.product_id, i.quantity - i.reserved as available, i.low and not j.low as became_low
    ), reservation as (
      insert into inventory_reservations (id, reference, user_id, expires_at)
      select ${wish.id}::uuid, ${wish.reference}, ${wish.userId}::uuid,
        now() + make_interval(secs => ${wish.ttl_seconds}::integer)
      from verdict where verdict.held
      returning id, created_at, expires_at
    ), kept as (
      insert into inventory_reservation_lines (reservation_id, product_id, quantity)
      select reservation.id, j.product_id, j.requested from reservation, judged j
    ), ${dueReservations}
    select j.product_id, j.requested, j.available, verdict.held, ${isHeldByDue} as due,
      reservation.created_at, reservation.expires_at, case when c.became_low then ${low} end as told
    from judged j cross join verdict left join reservation on true
      left join counted c on c.product_id = j.product_id
    order by j.product_id`
}

async function holdAll(database: QueryExecutorProvider, wanted: Wanted): Promise<HeldLine[]> {
  const { rows } = await holdStatement(wanted).execute(database)
  return rows
}

function newReservation({ id, reference }: ReserveWish, held: readonly HeldLine[]): Reservation | undefined {
  const { created_at, expires_at } = held[0] ?? {}
  if (!created_at || !expires_at) return undefined
  const items = held.map(({ product_id, requested }) => ({ product_id, quantity: requested }))
  const times = { created_at: created_at.toISOString(), expires_at: expires_at.toISOString() }
  return { id, reference, state: 'active', items, ...times, re_held: false }
}

function ifReferenceTaken(error: unknown): HeldLine[] {
  const fault = databaseFault(error)
  if (fault?.kind === 'constraint' && fault.constraint === 'inventory_reservations_reference_key') return []
  throw error
}

function sameLines(one: readonly ReservationLine[], other: readonly ReservationLine[]): boolean {
  const wanted = new Map(other.map((line) => [line.product_id, line.quantity]))
  return one.length === other.length && one.every((line) => wanted.get(line.product_id) === line.quantity)
}

function refusal(judged: readonly JudgedLine[]): Tried {
  const unknown = judged.filter((line) => line.available === null)
  if (unknown.length > 0) return { kind: 'unknown-products', productIds: unknown.map((line) => line.product_id) }
  return { kind: 'insufficient', short: shortLines(judged), due: judged.some((line) => line.due) }
}
