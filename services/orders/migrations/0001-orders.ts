import { sql } from 'kysely'
import { createIdempotencyKeys } from '../../kit/idempotency-table.ts'
import type { ServiceMigration } from '../../kit/migrations.ts'

export const ordersMigration: ServiceMigration = {
  name: '0001_orders',
  reversible: true,
  async up(database) {
    await sql`
      create table orders (
        id uuid primary key,
        user_id uuid not null,
        status text not null constraint orders_status_known check (status in
          ('draft', 'pending', 'paid', 'processing', 'shipped', 'delivered', 'cancelled', 'expired')),
        currency text not null constraint orders_currency_form check (currency ~ '^[A-Z]{3}$'),
        subtotal_cents bigint not null check (subtotal_cents >= 0),
        tax_cents bigint not null default 0 check (tax_cents >= 0),
        shipping_cents bigint not null default 0 check (shipping_cents >= 0),
        total_cents bigint not null constraint orders_total_range check (total_cents between 0 and 1000000000000),
        shipping_address jsonb,
        reservation_id uuid,
        reservation_reference text unique,
        version integer not null default 1 check (version >= 1),
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint orders_total_is_sum check (total_cents = subtotal_cents + tax_cents + shipping_cents)
      )`.execute(database)
    // Ids are UUIDs of version 7, so their order is the order of creation.
    await sql`create index orders_by_user on orders (user_id, id)`.execute(database)
    await sql`create index orders_by_status on orders (status, id)`.execute(database)

    await sql`
      create table order_items (
        id uuid primary key,
        order_id uuid not null references orders (id),
        position integer not null check (position >= 1),
        product_id uuid not null,
        sku text not null,
        name text not null,
        unit_price_cents bigint not null check (unit_price_cents between 0 and 1000000000000),
        quantity integer not null constraint order_items_quantity_range check (quantity between 1 and 1000),
        total_cents bigint not null,
        constraint order_items_total_is_product check (total_cents = unit_price_cents * quantity),
        constraint order_items_product_once unique (order_id, product_id),
        constraint order_items_position_once unique (order_id, position)
      )`.execute(database)

    await sql`
      create table order_status_history (
        id bigint generated always as identity primary key,
        order_id uuid not null references orders (id),
        from_status text,
        to_status text not null,
        actor_id uuid,
        actor_role text not null check (actor_role in ('user', 'admin', 'system')),
        reason text not null,
        request_id text not null,
        created_at timestamptz not null default now()
      )`.execute(database)
    await sql`create index order_status_history_by_order on order_status_history (order_id, id)`.execute(database)
    await createIdempotencyKeys(database)

    await sql`
      create function refuse_status_change() returns trigger language plpgsql as $$
      begin
        if not (old.status, new.status) in (
          ('draft', 'pending'), ('draft', 'cancelled'),
          ('pending', 'draft'), ('pending', 'paid'), ('pending', 'expired'), ('pending', 'cancelled'),
          ('paid', 'processing'), ('paid', 'shipped'), ('paid', 'cancelled'),
          ('processing', 'shipped'), ('processing', 'cancelled'),
          ('shipped', 'delivered'),
          ('expired', 'paid')
        ) then
          raise exception 'an order cannot go from % to %', old.status, new.status;
        end if;
        return new;
      end $$`.execute(database)
    await sql`
      create trigger orders_status_follows_table before update of status on orders
      for each row when (old.status is distinct from new.status) execute function refuse_status_change()`.execute(
      database,
    )
    await sql`
      create function refuse_any_change() returns trigger language plpgsql as $$
      begin
        raise exception '% takes new rows only', tg_table_name;
      end $$`.execute(database)
    await sql`
      create trigger order_status_history_insert_only before update or delete or truncate on order_status_history
      for each statement execute function refuse_any_change()`.execute(database)
  },
}
