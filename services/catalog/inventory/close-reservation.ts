import { type Kysely, type RawBuilder, sql } from 'kysely'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import type { CatalogTables } from '../schema.ts'
import type { Reservation, ReservationKey } from './reservation-schemas.ts'
import { findReservation } from './reservations.ts'

export type Closing = 'commit' | 'release'

export type CloseOutcome =
  /** Now or before: closing twice in the same way is closing once. */
  | { readonly kind: 'closed'; readonly reservation: Reservation }
  /** It was closed in another way before. */
  | { readonly kind: 'conflict'; readonly reservation: Reservation }
  | { readonly kind: 'unknown' }

const stateAfter = { commit: 'committed', release: 'released' } as const

/** Sells what is held, or gives it back, once, however many ask at the same time. */
export async function closeReservation(
  database: Kysely<CatalogTables>,
  key: ReservationKey,
  closing: Closing,
): Promise<CloseOutcome> {
  const wanted = 'reference' in key ? sql`r.reference = ${key.reference}` : sql`r.id = ${key.reservation_id}::uuid`
  await repeatOnConflict(() => statements[closing](wanted).execute(database))
  const reservation = await findReservation(database, key)
  if (reservation === undefined) return { kind: 'unknown' }
  return { kind: reservation.state === stateAfter[closing] ? 'closed' : 'conflict', reservation }
}

/** The state decides who counts, and the counters follow in the same statement: first the reservation's row is locked,
 * then the products' rows by id, which is the order everywhere. */
const statements = {
  release: (wanted: RawBuilder<unknown>) => sql`
    with ${closedLines('release', wanted)}
    update inventory i set reserved = i.reserved - l.quantity, updated_at = now()
    from lines l join locked on locked.product_id = l.product_id where i.product_id = l.product_id`,
  commit: (wanted: RawBuilder<unknown>) => sql`
    with ${closedLines('commit', wanted)}, sold as (
      update inventory i set quantity = i.quantity - l.quantity, reserved = i.reserved - l.quantity,
        version = i.version + 1, updated_at = now()
      from lines l join locked on locked.product_id = l.product_id where i.product_id = l.product_id
      returning i.product_id, l.quantity, l.reference
    )
    insert into inventory_movements (product_id, delta, reason, reference)
    select product_id, -quantity, 'commit', reference from sold`,
} as const

function closedLines(closing: Closing, wanted: RawBuilder<unknown>) {
  return sql`closed as (
      update inventory_reservations r set state = ${stateAfter[closing]}, closed_at = now()
      where ${wanted} and r.state = 'active'
      returning r.id, r.reference
    ), lines as (
      select l.product_id, l.quantity, closed.reference
      from inventory_reservation_lines l join closed on closed.id = l.reservation_id
    ), locked as (
      select i.product_id from inventory i
      where i.product_id in (select product_id from lines)
      order by i.product_id
      for update of i
    )`
}
