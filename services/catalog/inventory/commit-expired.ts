import { type Kysely, sql } from 'kysely'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import type { EventCause } from '../../kit/events.ts'
import type { CatalogTables } from '../schema.ts'
import { expireForShortage } from './expire-reservations.ts'
import { lowEvent } from './inventory-events.ts'
import { dueReservations, isHeldByDue, type JudgedLine, shortLines } from './judged-lines.ts'
import type { Reservation } from './reservation-schemas.ts'
import { findReservation } from './reservations.ts'

type LateCommit = { readonly expired: Reservation; readonly cause: EventCause }

/**
 * Sells what was held too long ago, if all of it is still free: a payment may arrive when the hold has just ended.
 * Returns the reservation as it then is: committed, or expired as before.
 */
export async function commitExpired(database: Kysely<CatalogTables>, late: LateCommit): Promise<Reservation> {
  const judged = await repeatOnConflict(() => sellIfFree(database, late))
  if (judged.some((line) => line.due)) {
    await expireForShortage(database, shortLines(judged), late.cause)
    await repeatOnConflict(() => sellIfFree(database, late))
  }
  return (await findReservation(database, { reservation_id: late.expired.id })) ?? late.expired
}

async function sellIfFree(database: Kysely<CatalogTables>, { expired, cause }: LateCommit): Promise<JudgedLine[]> {
  const low = lowEvent({ productId: sql`s.product_id`, available: sql`s.available` }, cause)
  const { rows } = await sql<JudgedLine>`
    with late as (
      select r.id, r.reference from inventory_reservations r
      where r.id = ${expired.id}::uuid and r.state = 'expired'
      for update of r
    ), lines as (
      select l.product_id, l.quantity, late.reference
      from inventory_reservation_lines l join late on late.id = l.reservation_id
    ), locked as (
      select i.product_id, i.quantity, i.reserved, i.quantity - i.reserved as available, i.low from inventory i
      where i.product_id in (select product_id from lines)
      order by i.product_id
      for update of i
    ), judged as (
      select l.product_id, l.quantity as requested, l.reference,
        locked.quantity, locked.reserved, locked.available, locked.low
      from lines l join locked on locked.product_id = l.product_id
    ), verdict as (
      select coalesce(bool_and(available >= requested), false) as held from judged
    ), sold as (
      update inventory i set quantity = j.quantity - j.requested, reserved = j.reserved, version = i.version + 1,
        updated_at = now()
      from judged j, verdict where verdict.held and i.product_id = j.product_id
      returning i.product_id, j.requested, j.reference, i.quantity - i.reserved as available,
        i.low and not j.low as became_low
    ), committed as (
      update inventory_reservations r set state = 'committed', closed_at = now(), re_held = true
      from late, verdict where verdict.held and r.id = late.id
    ), moved as (
      insert into inventory_movements (product_id, delta, reason, reference)
      select product_id, -requested, 'commit', reference from sold
    ), ${dueReservations}
    select j.product_id, j.requested, j.available, verdict.held, ${isHeldByDue} as due,
      case when s.became_low then ${low} end as told
    from judged j cross join verdict left join sold s on s.product_id = j.product_id
    order by j.product_id`.execute(database)
  return rows
}
