import { type Kysely, sql } from 'kysely'
import type { CatalogTables, ReservationState } from '../schema.ts'

export type ReservationStanding = {
  readonly reference: string
  readonly state: ReservationState
  readonly items: readonly { readonly product_id: string; readonly quantity: number; readonly returned: number }[]
}

/** By their references, in one statement; of one that is unknown there is nothing. */
export async function reservationStates(
  database: Kysely<CatalogTables>,
  references: readonly string[],
): Promise<ReservationStanding[]> {
  const { rows } = await sql<ReservationStanding>`
    select r.reference, r.state, (
      -- What came back as a whole before parts could was not counted by line.
      select json_agg(json_build_object('product_id', l.product_id, 'quantity', l.quantity,
        'returned', case r.state when 'returned' then l.quantity else l.returned end) order by l.product_id)
      from inventory_reservation_lines l where l.reservation_id = r.id) as items
    from inventory_reservations r
    where r.reference = any(${references}::text[]) order by r.reference`.execute(database)
  return rows
}
