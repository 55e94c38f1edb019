import { type QueryExecutorProvider, sql } from 'kysely'

/**
 * For the migration that first needs it. Databases have it as it stands here: a change is a new migration.
 * `append_event` takes the subject's row first and keeps it until the end of the transaction: so the versions of a
 * subject have no gap, its events get their `seq` in that order, and whoever rolls back gives the number back.
 */
export async function createOutboxTables(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table outbox_subjects (
      subject uuid primary key,
      version integer not null constraint outbox_subjects_version_counts check (version >= 1)
    )`.execute(database)
  await sql`
    create table outbox_events (
      seq bigint generated always as identity primary key,
      id uuid not null constraint outbox_events_id_key unique,
      type text not null constraint outbox_events_type_form check (type ~ '^[a-z_]{1,40}\\.[a-z_]{1,40}\\.v[1-9][0-9]?$'),
      subject uuid not null,
      aggregate_version integer not null constraint outbox_events_version_counts check (aggregate_version >= 1),
      envelope jsonb not null
        constraint outbox_events_envelope_size check (octet_length(envelope::text) <= 65536),
      created_at timestamptz(3) not null default now(),
      published_at timestamptz(3),
      constraint outbox_events_version_key unique (subject, aggregate_version)
    )`.execute(database)
  await sql`
    create index outbox_events_unpublished on outbox_events (seq) where published_at is null`.execute(database)
  await sql`
    create function append_event(
      event_type text, event_subject uuid, event_data jsonb, source text, request_id text, traceparent text
    ) returns uuid language plpgsql as $$
    declare
      -- A UUID of version 7: milliseconds, then the random rest of one of version 4, whose version bits become 0111.
      event_id uuid := encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid;
      event_version integer;
    begin
      insert into outbox_subjects as s (subject, version) values (event_subject, 1)
        on conflict (subject) do update set version = s.version + 1
        returning s.version into event_version;
      insert into outbox_events (id, type, subject, aggregate_version, envelope)
        values (event_id, event_type, event_subject, event_version, jsonb_build_object(
          'id', event_id,
          'type', event_type,
          'source', source,
          'time', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          'subject', event_subject,
          'aggregate_version', event_version,
          'request_id', request_id,
          'data', event_data
        ) || case when traceparent is null then '{}' else jsonb_build_object('traceparent', traceparent) end);
      return event_id;
    end
    $$`.execute(database)
}

/** What a consumer has done already, written in the transaction of the effect. */
export async function createProcessedEvents(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table processed_events (
      consumer text not null constraint processed_events_consumer_form check (consumer ~ '^[a-z][a-z-]{0,49}$'),
      event_id uuid not null,
      at timestamptz(3) not null default now(),
      primary key (consumer, event_id)
    )`.execute(database)
  await sql`create index processed_events_at on processed_events (at)`.execute(database)
}

/**
 * What people are to be told, once for each event, way and person. `data` has ids, numbers and states only, like the
 * event; the address is looked up when it is sent.
 */
export async function createNotifications(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table notifications (
      id uuid primary key default gen_random_uuid(),
      event_id uuid not null,
      channel text not null constraint notifications_channel_known check (channel in ('mail', 'sms')),
      recipient_id uuid not null,
      template text not null constraint notifications_template_form check (template ~ '^[a-z_]{1,50}$'),
      data jsonb not null default '{}',
      state text not null default 'pending'
        constraint notifications_state_known check (state in ('pending', 'sending', 'sent', 'failed')),
      attempts integer not null default 0 constraint notifications_attempts_count check (attempts >= 0),
      next_attempt_at timestamptz(3) not null default now(),
      claimed_at timestamptz(3),
      provider_ref text constraint notifications_provider_ref_length check (char_length(provider_ref) <= 300),
      last_error text constraint notifications_last_error_length check (char_length(last_error) <= 300),
      created_at timestamptz(3) not null default now(),
      ended_at timestamptz(3),
      constraint notifications_once unique (event_id, channel, recipient_id),
      constraint notifications_claimed_while_sending check ((state = 'sending') = (claimed_at is not null)),
      constraint notifications_ended_when_over check ((state in ('sent', 'failed')) = (ended_at is not null))
    )`.execute(database)
  await sql`
    create index notifications_due on notifications (channel, next_attempt_at) where state = 'pending'`.execute(
    database,
  )
  await sql`
    create index notifications_claimed on notifications (channel, claimed_at) where state = 'sending'`.execute(database)
}
