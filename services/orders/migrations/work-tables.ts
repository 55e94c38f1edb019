import { type QueryExecutorProvider, sql } from 'kysely'

/** What has to be done outside of the database, and what came from there. */
export async function workTables(database: QueryExecutorProvider): Promise<void> {
  // One an order: the payment that is at work. Who holds the lease goes on with its step.
  await sql`
    create table order_sagas (
      order_id uuid primary key references orders (id),
      payment_id uuid not null references payments (id),
      step text not null constraint order_sagas_step_known check (step in
        ('reserve', 'charge', 'await', 'commit', 'confirm', 'done')),
      attempt integer not null default 0 check (attempt >= 0),
      next_run_at timestamptz not null default now(),
      -- How often it was told where to go on: whoever leaves it does not put off what was told meanwhile.
      turns integer not null default 0,
      locked_until timestamptz,
      lease uuid,
      last_error text constraint order_sagas_last_error_length check (char_length(last_error) <= 300),
      -- The charge with this payment's key may have reached the provider since.
      charged_at timestamptz,
      actor_id uuid,
      request_id text not null,
      traceparent text,
      updated_at timestamptz not null default now(),
      constraint order_sagas_leased_together check ((lease is null) = (locked_until is null))
    )`.execute(database)
  await sql`create index order_sagas_due on order_sagas (next_run_at) where step <> 'done'`.execute(database)

  // A remote effect that a transaction has decided: done at least once after it, by a key that makes it once.
  await sql`
    create table order_tasks (
      id bigint generated always as identity primary key,
      kind text not null constraint order_tasks_kind_form check (kind ~ '^[a-z_]{1,40}$'),
      key text not null constraint order_tasks_once unique,
      order_id uuid not null references orders (id),
      data jsonb not null default '{}',
      attempts integer not null default 0 check (attempts >= 0),
      next_run_at timestamptz not null default now(),
      locked_until timestamptz,
      last_error text constraint order_tasks_last_error_length check (char_length(last_error) <= 300),
      state text not null default 'due' constraint order_tasks_state_known check (state in ('due', 'done', 'parked')),
      request_id text not null,
      traceparent text,
      created_at timestamptz not null default now(),
      ended_at timestamptz,
      constraint order_tasks_ended_when_over check ((state = 'due') = (ended_at is null))
    )`.execute(database)
  await sql`create index order_tasks_due on order_tasks (next_run_at) where state = 'due'`.execute(database)
  await sql`create index order_tasks_by_order on order_tasks (order_id)`.execute(database)

  // What a provider or carrier told: kept before it is answered, with the facts only, never the body.
  await sql`
    create table webhook_events (
      provider text not null constraint webhook_events_provider_known check (provider in
        ('simulated', 'stripe', 'paypal', 'shipping')),
      event_id text not null constraint webhook_events_id_length check (char_length(event_id) between 1 and 255),
      facts jsonb not null,
      state text not null default 'received'
        constraint webhook_events_state_known check (state in ('received', 'applied', 'ignored', 'parked')),
      attempts integer not null default 0 check (attempts >= 0),
      next_run_at timestamptz not null default now(),
      last_error text constraint webhook_events_last_error_length check (char_length(last_error) <= 300),
      request_id text not null,
      traceparent text,
      received_at timestamptz not null default now(),
      ended_at timestamptz,
      primary key (provider, event_id),
      constraint webhook_events_ended_when_over check ((state = 'received') = (ended_at is null))
    )`.execute(database)
  await sql`
    create index webhook_events_due on webhook_events (next_run_at) where state = 'received'`.execute(database)
  await sql`
    create index webhook_events_parked on webhook_events (received_at) where state = 'parked'`.execute(database)

  await sql`
    create table audit_logs (
      id bigint generated always as identity primary key,
      at timestamptz(3) not null default now(),
      actor text not null check (char_length(actor) between 1 and 100),
      action text not null check (action ~ '^[a-z_]{1,40}$'),
      order_id uuid not null references orders (id),
      before jsonb,
      after jsonb,
      request_id text not null
    )`.execute(database)
  await sql`create index audit_logs_by_order on audit_logs (order_id, id)`.execute(database)
}
