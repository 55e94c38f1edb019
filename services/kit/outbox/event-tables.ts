import { type QueryExecutorProvider, sql } from 'kysely'
import type { ConcurrentIndex } from '../migrations.ts'

/** For `indexes` of the migration that calls createEventTables: outbox_events has rows already. */
export const eventIndexes: readonly ConcurrentIndex[] = [
  // What retention.ts looks for.
  { name: 'outbox_events_published', on: 'outbox_events (published_at) where published_at is not null' },
]

/**
 * What relay and consumers need beside the tables of outbox-tables.ts: for the migration that follows the one with
 * createOutboxTables and createProcessedEvents. Databases have it as it stands here: a change is a new migration.
 */
export async function createEventTables(database: QueryExecutorProvider): Promise<void> {
  await extendOutbox(database)
  await createEventAttempts(database)
  await createDeadEvents(database)
  await createEventActions(database)
  await createProjectionVersions(database)
}

/** Wakes the relay, lets it put a refused event aside, and lets people have events sent again. */
async function extendOutbox(database: QueryExecutorProvider): Promise<void> {
  await sql`
    alter table outbox_events
      add column refused_at timestamptz(3),
      add column replay_requested_at timestamptz(3),
      add column replay_for text constraint outbox_events_replay_for_form check (replay_for ~ '^[a-z][a-z-]{0,49}$')
    `.execute(database)
  // The session hears one of many with the same text in a transaction, and none of one that rolls back.
  await sql`
    create function outbox_events_tell() returns trigger language plpgsql as $$
    begin
      perform pg_notify('outbox_events', '');
      return null;
    end
    $$`.execute(database)
  await sql`
    create trigger outbox_events_told after insert on outbox_events
    for each statement execute function outbox_events_tell()`.execute(database)
}

/** Events that a consumer failed at: it goes on with later ones and comes back to these by itself. */
async function createEventAttempts(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table event_attempts (
      consumer text not null constraint event_attempts_consumer_form check (consumer ~ '^[a-z][a-z-]{0,49}$'),
      event_id uuid not null,
      envelope jsonb not null,
      attempts integer not null constraint event_attempts_attempts_count check (attempts between 0 and 8),
      next_attempt_at timestamptz(3) not null,
      last_error text not null constraint event_attempts_last_error_length check (char_length(last_error) <= 1000),
      created_at timestamptz(3) not null default now(),
      primary key (consumer, event_id)
    )`.execute(database)
  await sql`create index event_attempts_due on event_attempts (next_attempt_at)`.execute(database)
}

/** Events that a consumer gave up, until somebody decides: sent again or dropped, never both without a new failure. */
async function createDeadEvents(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table dead_events (
      consumer text not null constraint dead_events_consumer_form check (consumer ~ '^[a-z][a-z-]{0,49}$'),
      event_id uuid not null,
      envelope jsonb not null,
      attempts integer not null constraint dead_events_attempts_count check (attempts >= 1),
      last_error text not null constraint dead_events_last_error_length check (char_length(last_error) <= 1000),
      parked_at timestamptz(3) not null default now(),
      replayed_at timestamptz(3),
      dropped_at timestamptz(3),
      drop_reason text
        constraint dead_events_drop_reason_length check (char_length(btrim(drop_reason)) between 1 and 500),
      constraint dead_events_dropped_for_a_reason check ((dropped_at is null) = (drop_reason is null)),
      constraint dead_events_replayed_or_dropped check (num_nonnulls(replayed_at, dropped_at) <= 1),
      primary key (consumer, event_id)
    )`.execute(database)
  await sql`
    create index dead_events_open on dead_events (parked_at) where replayed_at is null and dropped_at is null`.execute(
    database,
  )
}

/** Who had events sent again or dropped. Insert only. */
async function createEventActions(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table event_actions (
      id bigint generated always as identity primary key,
      at timestamptz(3) not null default now(),
      actor text not null constraint event_actions_actor_length check (char_length(btrim(actor)) between 1 and 200),
      action text not null constraint event_actions_action_known
        check (action in ('dead.replay', 'dead.drop', 'outbox.replay')),
      consumer text,
      event_id uuid,
      reason text constraint event_actions_reason_length check (char_length(btrim(reason)) between 1 and 500),
      detail jsonb not null default '{}',
      constraint event_actions_drop_has_reason check (action <> 'dead.drop' or reason is not null),
      constraint event_actions_dead_has_event
        check (action = 'outbox.replay' or num_nulls(consumer, event_id) = 0)
    )`.execute(database)
  await sql`
    create function event_actions_stay() returns trigger language plpgsql as $$
    begin
      raise exception 'event_actions is append only' using errcode = '23514', table = 'event_actions',
        constraint = 'event_actions_append_only';
    end
    $$`.execute(database)
  await sql`
    create trigger event_actions_append_only before update or delete or truncate on event_actions
    for each statement execute function event_actions_stay()`.execute(database)
}

/** The newest version of a subject that a projection has seen. */
async function createProjectionVersions(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table projection_versions (
      projection text not null constraint projection_versions_projection_form check (projection ~ '^[a-z][a-z-]{0,49}$'),
      subject uuid not null,
      version integer not null constraint projection_versions_version_counts check (version >= 1),
      primary key (projection, subject)
    )`.execute(database)
}
