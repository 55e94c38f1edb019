import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

/** What was sold comes back in parts, each part once, and never more than was sold. */
export const partialReturnsMigration: ServiceMigration = {
  name: '0008_partial_returns',
  // The release before takes back whole reservations only, and would count a part that is back already once more.
  reversible: true,
  async up(database) {
    await sql`
      alter table inventory_reservation_lines
        add column returned integer not null default 0,
        add constraint inventory_reservation_lines_returned_range check (returned between 0 and quantity)`.execute(
      database,
    )
    await sql`
      create table inventory_returns (
        reservation_id uuid not null
          constraint inventory_returns_reservation_id_fkey references inventory_reservations,
        return_key text not null constraint inventory_returns_key_length check (char_length(return_key) between 1 and 100),
        items jsonb not null,
        created_at timestamptz(3) not null default now(),
        constraint inventory_returns_pkey primary key (reservation_id, return_key)
      )`.execute(database)
  },
}
