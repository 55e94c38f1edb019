import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { CatalogTables } from '../schema.ts'
import type { Reservation, ReservationKey } from './reservation-schemas.ts'

type ReservationRow = Omit<Reservation, 'created_at' | 'expires_at'> & { created_at: Date; expires_at: Date }

/** A reservation with its lines in the order of their products. */
export async function findReservation(
  database: Kysely<CatalogTables>,
  key: ReservationKey,
): Promise<Reservation | undefined> {
  const { rows } = await sql<ReservationRow>`
    select r.id, r.reference, r.state, r.created_at, r.expires_at, r.re_held,
      (select json_agg(json_build_object('product_id', l.product_id, 'quantity', l.quantity) order by l.product_id)
       from inventory_reservation_lines l where l.reservation_id = r.id) as items
    from inventory_reservations r where ${isReservation(key)}`.execute(database)
  const row = rows[0]
  if (row === undefined) return undefined
  return { ...row, created_at: row.created_at.toISOString(), expires_at: row.expires_at.toISOString() }
}

/** For a `where` on a row `r` of reservations. */
export function isReservation(key: ReservationKey): RawBuilder<unknown> {
  return 'reference' in key ? sql`r.reference = ${key.reference}` : sql`r.id = ${key.reservation_id}::uuid`
}
