import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

/**
 * Categories and products. Foreign keys have no `on delete`, which refuses like `restrict`, but with one SQLSTATE on
 * PostgreSQL 15 and 18. Times have milliseconds, as in JSON, so that a list can go on from one it has
 * sent.
 */
export const catalogMigration: ServiceMigration = {
  name: '0001_catalog',
  reversible: true,
  async up(database) {
    await sql`
      create table categories (
        id uuid primary key,
        name text not null constraint categories_name_length check (char_length(name) between 1 and 100),
        parent_id uuid constraint categories_parent_id_fkey references categories,
        version integer not null default 1 constraint categories_version_positive check (version >= 1),
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        constraint categories_not_own_parent check (parent_id <> id)
      )`.execute(database)
    await sql`
      create unique index categories_name_key on categories (parent_id, lower(name)) nulls not distinct`.execute(
      database,
    )
    await sql`create index categories_by_name on categories (name, id)`.execute(database)

    await sql`
      create table products (
        id uuid primary key,
        sku text not null constraint products_sku_form check (sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
        name text not null constraint products_name_length check (char_length(name) between 1 and 200),
        brand text constraint products_brand_length check (char_length(brand) between 1 and 100),
        description text not null constraint products_description_length check (char_length(description) <= 10000),
        price bigint not null constraint products_price_range check (price between 0 and 1000000000000),
        currency text not null constraint products_currency_code check (currency ~ '^[A-Z]{3}$'),
        category_id uuid not null
          constraint products_category_id_fkey references categories,
        image_key text constraint products_image_key_length check (char_length(image_key) between 1 and 200),
        active boolean not null default true,
        rating_count integer not null default 0,
        rating_sum integer not null default 0,
        version integer not null default 1 constraint products_version_positive check (version >= 1),
        search tsvector not null generated always as (
          setweight(to_tsvector('english', name), 'A') ||
          setweight(to_tsvector('english', coalesce(brand, '')), 'B') ||
          setweight(to_tsvector('english', description), 'C')
        ) stored,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        deleted_at timestamptz(3),
        constraint products_rating_sums check (rating_count >= 0 and rating_sum between rating_count and 5 * rating_count)
      )`.execute(database)
    await sql`create unique index products_sku_key on products (lower(sku)) where deleted_at is null`.execute(database)

    // Each sort of the list is one index that ends in the tie-breaker, over the rows that a list can show.
    for (const column of ['created_at', 'price', 'name']) {
      const index = sql.id(`products_by_${column}`)
      await sql`
        create index ${index} on products (${sql.id(column)}, id) where deleted_at is null and active`.execute(database)
    }
    await sql`create index products_by_category on products (category_id)`.execute(database)
    await sql`create index products_search on products using gin (search)`.execute(database)
  },
}
