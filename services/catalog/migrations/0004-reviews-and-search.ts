import { type QueryExecutorProvider, sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'
import { createProcessedEvents } from '../../kit/outbox/outbox-tables.ts'

/** Reviews, who bought what with what, the trail of what admins change, and the words that a typing error is held against. */
export const reviewsAndSearchMigration: ServiceMigration = {
  name: '0004_reviews_and_search',
  reversible: true,
  indexes: [
    {
      name: 'products_by_category_newest',
      on: 'products (category_id, created_at desc, id desc) where deleted_at is null and active',
    },
  ],
  async up(database) {
    await createProcessedEvents(database)
    await createAuditLogs(database)
    await extendProducts(database)
    await createReviews(database)
    await createPurchases(database)
    await createSearchWords(database)
  },
}

/** Append only, and not by convention: the table itself refuses. Without foreign keys, so that it outlives all. */
async function createAuditLogs(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table audit_logs (
      id bigint generated always as identity primary key,
      actor text not null constraint audit_logs_actor_length check (char_length(actor) between 1 and 100),
      action text not null constraint audit_logs_action_form check (action ~ '^[a-z_]{1,50}$'),
      target text not null constraint audit_logs_target_length check (char_length(target) between 1 and 300),
      before jsonb,
      after jsonb,
      request_id text,
      created_at timestamptz(3) not null default now()
    )`.execute(database)
  await sql`create index audit_logs_by_target on audit_logs (target, id)`.execute(database)
  await sql`
    create trigger audit_logs_append_only before update or delete or truncate on audit_logs
    for each statement execute function refuse_change()`.execute(database)
}

async function extendProducts(database: QueryExecutorProvider): Promise<void> {
  // A deleted product does not keep its category alive.
  await sql`
    alter table products
      alter column category_id drop not null,
      add constraint products_category_unless_deleted check (category_id is not null or deleted_at is not null)`.execute(
    database,
  )
}

async function createReviews(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table reviews (
      id uuid primary key,
      product_id uuid not null constraint reviews_product_id_fkey references products,
      user_id uuid not null,
      rating smallint not null constraint reviews_rating_range check (rating between 1 and 5),
      comment text not null default '' constraint reviews_comment_length check (char_length(comment) <= 5000),
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(),
      constraint reviews_one_a_user unique (product_id, user_id)
    )`.execute(database)
  await sql`create index reviews_by_product on reviews (product_id, created_at, id)`.execute(database)
}

/** What was delivered to whom, whether the review came before or after; and how often two products were paid together. */
async function createPurchases(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table verified_purchases (
      user_id uuid not null,
      product_id uuid not null constraint verified_purchases_product_id_fkey references products,
      delivered_at timestamptz(3) not null default now(),
      primary key (user_id, product_id)
    )`.execute(database)
  await sql`
    create table bought_together (
      product_id uuid not null constraint bought_together_product_id_fkey references products,
      other_id uuid not null constraint bought_together_other_id_fkey references products,
      times integer not null default 1 constraint bought_together_times_positive check (times >= 1),
      primary key (product_id, other_id),
      constraint bought_together_not_itself check (product_id <> other_id)
    )`.execute(database)
  await sql`create index bought_together_most on bought_together (product_id, times desc, other_id)`.execute(database)
}

/**
 * The words of all products. A word stays when its product goes: it only makes a correction possible that then finds
 * nothing. They are put in by order, so that two who add the same ones never wait for each other in a circle.
 */
async function createSearchWords(database: QueryExecutorProvider): Promise<void> {
  await sql`
    do $$
    begin
      create extension if not exists pg_trgm;
    exception
      when insufficient_privilege then
        raise exception using errcode = sqlstate, message = format(
          'role %I may not create the extension pg_trgm in database %I, which the search needs', current_user,
          current_database()), hint = 'Let an administrator run in this database: create extension pg_trgm';
      when feature_not_supported or undefined_file then
        raise exception using errcode = sqlstate,
          message = 'this server does not have the extension pg_trgm, which the search needs',
          hint = 'Install the contrib package of PostgreSQL on the server';
    end $$`.execute(database)
  await sql`
    create table search_words (
      word text primary key constraint search_words_length check (char_length(word) between 3 and 40)
    )`.execute(database)
  await sql`create index search_words_similar on search_words using gist (word gist_trgm_ops)`.execute(database)
  await sql`
    create function words_of(name text, brand text, description text) returns setof text language sql stable as $$
      select word from unnest(tsvector_to_array(to_tsvector('simple', concat_ws(' ', name, brand, description)))) as word
      where char_length(word) between 3 and 40
    $$`.execute(database)
  await sql`
    create function remember_words() returns trigger language plpgsql as $$
    begin
      insert into search_words (word)
        select distinct word from changed, words_of(changed.name, changed.brand, changed.description) as word
        order by word
        on conflict do nothing;
      return null;
    end $$`.execute(database)
  await sql`
    create function remember_changed_words() returns trigger language plpgsql as $$
    begin
      insert into search_words (word)
        select word from words_of(new.name, new.brand, new.description) as word order by word
        on conflict do nothing;
      return null;
    end $$`.execute(database)
  await sql`
    create trigger products_remember_words after insert on products referencing new table as changed
    for each statement execute function remember_words()`.execute(database)
  await sql`
    create trigger products_remember_changed_words after update of name, brand, description on products
    for each row when ((new.name, new.brand, new.description) is distinct from (old.name, old.brand, old.description))
    execute function remember_changed_words()`.execute(database)
  await sql`
    insert into search_words (word)
    select distinct word from products p, words_of(p.name, p.brand, p.description) as word order by word`.execute(
    database,
  )
}
