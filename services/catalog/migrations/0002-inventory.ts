import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

/** Stock, what is held of it and for how long, and every change of the units on hand. */
export const inventoryMigration: ServiceMigration = {
  name: '0002_inventory',
  reversible: true,
  async up(database) {
    await sql`
      create table inventory (
        product_id uuid primary key constraint inventory_product_id_fkey references products,
        quantity integer not null,
        reserved integer not null default 0,
        location text not null constraint inventory_location_length check (char_length(location) between 1 and 100),
        version integer not null default 1 constraint inventory_version_positive check (version >= 1),
        updated_at timestamptz(3) not null default now(),
        constraint inventory_reserved_within_quantity check (reserved >= 0 and reserved <= quantity)
      )`.execute(database)
    await sql`
      create table inventory_reservations (
        id uuid primary key,
        reference text not null constraint inventory_reservations_reference_key unique
          constraint inventory_reservations_reference_length check (char_length(reference) between 1 and 200),
        state text not null default 'active' constraint inventory_reservations_state
          check (state in ('active', 'committed', 'released', 'expired', 'returned')),
        created_at timestamptz(3) not null default now(),
        expires_at timestamptz(3) not null,
        closed_at timestamptz(3),
        constraint inventory_reservations_expiry check (expires_at > created_at),
        constraint inventory_reservations_closed check ((state = 'active') = (closed_at is null))
      )`.execute(database)
    await sql`
      create index inventory_reservations_due on inventory_reservations (expires_at) where state = 'active'`.execute(
      database,
    )
    await sql`
      create table inventory_reservation_lines (
        reservation_id uuid not null
          constraint inventory_reservation_lines_reservation_id_fkey references inventory_reservations,
        product_id uuid not null
          constraint inventory_reservation_lines_product_id_fkey references inventory,
        quantity integer not null
          constraint inventory_reservation_lines_quantity_range check (quantity between 1 and 1000),
        constraint inventory_reservation_lines_pkey primary key (reservation_id, product_id)
      )`.execute(database)
    await sql`
      create index inventory_reservation_lines_by_product on inventory_reservation_lines (product_id)`.execute(database)

    await sql`
      create table inventory_movements (
        id bigint generated always as identity primary key,
        product_id uuid not null
          constraint inventory_movements_product_id_fkey references inventory,
        delta integer not null constraint inventory_movements_delta_not_zero check (delta <> 0),
        reason text not null
          constraint inventory_movements_reason check (reason in ('adjust', 'commit', 'return')),
        reference text,
        created_at timestamptz(3) not null default now()
      )`.execute(database)
    await sql`
      create unique index inventory_movements_reference_key on inventory_movements (reference, product_id, reason)
      where reference is not null`.execute(database)
    await sql`create index inventory_movements_by_product on inventory_movements (product_id, id)`.execute(database)
    await sql`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
      end $$`.execute(database)
    await sql`
      create trigger inventory_movements_append_only before update or delete or truncate on inventory_movements
      for each statement execute function refuse_change()`.execute(database)
  },
}
