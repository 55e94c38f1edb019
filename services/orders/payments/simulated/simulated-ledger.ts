import { type QueryExecutorProvider, sql } from 'kysely'

/**
 * What the simulated provider remembers: a provider of its own, which only happens to keep its books in this database, so
 * that several processes share it and it outlives each of them. Written outside of every transaction of the service, and
 * read by nothing of it. Databases have these tables as they stand here, a change is a new migration.
 */
export async function createSimulatedLedger(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table simulated_charges (
      key text primary key check (char_length(key) between 1 and 255),
      reference text not null unique,
      order_id text not null,
      amount_cents bigint not null check (amount_cents > 0),
      currency text not null,
      state text not null check (state in ('captured', 'requires_action', 'declined', 'cancelled')),
      captured_cents bigint not null default 0,
      captured_currency text not null,
      refunded_cents bigint not null default 0,
      reason text,
      refunds text not null default 'succeed'
        check (refunds in ('succeed', 'fail', 'pend', 'pend_then_fail', 'succeed_then_500')),
      created_at timestamptz not null default clock_timestamp(),
      constraint simulated_charges_refunded_range check (refunded_cents between 0 and captured_cents)
    )`.execute(database)
  await sql`
    create table simulated_refunds (
      key text primary key check (char_length(key) between 1 and 255),
      reference text not null unique,
      charge_reference text not null references simulated_charges (reference),
      amount_cents bigint not null check (amount_cents > 0),
      currency text not null,
      state text not null check (state in ('succeeded', 'failed')),
      created_at timestamptz not null default clock_timestamp()
    )`.execute(database)
  // Every call, whatever came of it: what a test counts.
  await sql`
    create table simulated_calls (
      id bigint generated always as identity primary key,
      operation text not null,
      key text not null,
      called_at timestamptz not null default clock_timestamp()
    )`.execute(database)
  await sql`create index simulated_calls_by_key on simulated_calls (key, operation)`.execute(database)
  await sql`
    create table simulated_webhooks (
      id bigint generated always as identity primary key,
      body text not null,
      attempts integer not null default 0,
      due_at timestamptz not null,
      delivered_at timestamptz
    )`.execute(database)
  await sql`create index simulated_webhooks_due on simulated_webhooks (due_at) where delivered_at is null`.execute(
    database,
  )
  // Nobody can know it who cannot read the database, whatever the settings leave out.
  await sql`
    create table simulated_secret (
      only_one boolean primary key default true check (only_one),
      secret text not null
    )`.execute(database)
  await sql`
    insert into simulated_secret (secret)
    values ('whsec_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))`.execute(database)
}
