import { type QueryExecutorProvider, sql } from 'kysely'

/**
 * For the migration that first needs it. Databases have it as it stands here: a change is a new migration.
 * `resource_id` is what the first try chose for the thing it makes, so that a try after a crash makes the same one.
 */
export async function createIdempotencyKeys(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table idempotency_keys (
      user_id uuid not null,
      key text not null check (length(key) between 1 and 255),
      fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
      resource_id uuid not null,
      claim integer not null default 1 check (claim >= 1),
      locked_until timestamptz not null,
      answer_status integer check (answer_status between 200 and 499),
      answer_headers jsonb,
      answer_body text,
      created_at timestamptz not null default now(),
      primary key (user_id, key),
      constraint idempotency_keys_answer_is_whole
        check (num_nulls(answer_status, answer_headers, answer_body) in (0, 3))
    )`.execute(database)
  await sql`create index idempotency_keys_created_at on idempotency_keys (created_at)`.execute(database)
}
