import { type Kysely, type RawBuilder, sql } from 'kysely'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import type { EventCause } from '../../kit/events.ts'
import type { CatalogTables } from '../schema.ts'
import { commitExpired } from './commit-expired.ts'
import type { Reservation, ReservationKey } from './reservation-schemas.ts'
import { findReservation, isReservation } from './reservations.ts'

export type Closing = 'commit' | 'release'

export type CloseOutcome =
  /** Now or before: closing twice in the same way is closing once. */
  | { readonly kind: 'closed'; readonly reservation: Reservation }
  /** Its state does not allow it. */
  | { readonly kind: 'conflict'; readonly reservation: Reservation }
  | { readonly kind: 'unknown' }

const stateAfter = { commit: 'committed', release: 'released' } as const

export type Close = { readonly key: ReservationKey; readonly closing: Closing; readonly cause: EventCause }

/** Sells what is held, or gives it back: once, however many ask at the same time. */
export async function closeReservation(
  database: Kysely<CatalogTables>,
  { key, closing, cause }: Close,
): Promise<CloseOutcome> {
  await repeatOnConflict(() => statements[closing](isReservation(key)).execute(database))
  const found = await findReservation(database, key)
  if (found === undefined) return { kind: 'unknown' }
  const wasLate = closing === 'commit' && found.state === 'expired'
  const reservation = wasLate ? await commitExpired(database, { expired: found, cause }) : found
  return { kind: reservation.state === stateAfter[closing] ? 'closed' : 'conflict', reservation }
}

/**
 * The state decides who counts, and the counters follow in the same statement: first the reservation's row is locked,
 * then the products' rows by id, which is the order everywhere; they are counted from as they were locked. An active hold whose time is over is still counted as
 * held, so selling it takes nothing from anybody.
 */
const statements = {
  release: (wanted: RawBuilder<unknown>) => sql`
    with ${closedLines({ to: 'released', wanted })}
    update inventory i set quantity = l.quantity, reserved = l.reserved - l.units, updated_at = now()
    from locked l where i.product_id = l.product_id`,
  commit: (wanted: RawBuilder<unknown>) => sql`
    with ${closedLines({ to: 'committed', wanted })}, moved as (
      update inventory i set quantity = l.quantity - l.units, reserved = l.reserved - l.units,
        version = i.version + 1, updated_at = now()
      from locked l where i.product_id = l.product_id
      returning i.product_id, l.units, l.reference
    )
    insert into inventory_movements (product_id, delta, reason, reference)
    select product_id, -units, 'commit', reference from moved`,
} as const

type Change = { readonly to: 'released' | 'committed'; readonly wanted: RawBuilder<unknown> }

function closedLines({ to, wanted }: Change) {
  const reHeld = to === 'committed' ? sql`, re_held = r.expires_at <= now()` : sql``
  return sql`closed as (
      update inventory_reservations r set state = ${to}, closed_at = now()${reHeld}
      where ${wanted} and r.state = 'active'
      returning r.id, r.reference
    ), lines as (
      select l.product_id, l.quantity as units, closed.reference
      from inventory_reservation_lines l join closed on closed.id = l.reservation_id
    ), locked as (
      select i.product_id, i.quantity, i.reserved, lines.units, lines.reference
      from inventory i join lines on lines.product_id = i.product_id
      order by i.product_id
      for update of i
    )`
}
