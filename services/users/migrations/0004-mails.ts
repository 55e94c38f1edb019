import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'
import { createNotifications, createOutboxTables, createProcessedEvents } from '../../kit/outbox/outbox-tables.ts'

/** Events, mails, and what the mailed tokens are checked against. */
export const mailsMigration: ServiceMigration = {
  name: '0004_mails',
  reversible: true,
  indexes: [
    {
      name: 'users_verification_token_hash_key',
      unique: true,
      on: 'users (verification_token_hash) where verification_token_hash is not null',
    },
  ],
  async up(database) {
    await createOutboxTables(database)
    await createProcessedEvents(database)
    await createNotifications(database)
    // A closed account's address is gone from its row before its last mail is sent. Kept until then, and no longer.
    await sql`
      alter table notifications add column address text
        constraint notifications_address_length check (char_length(address) between 3 and 254)
        constraint notifications_address_only_until_sent check (address is null or state in ('pending', 'sending'))
      `.execute(database)

    await sql`
      alter table users
        add column verification_token_hash bytea
          constraint users_verification_token_hash_length check (octet_length(verification_token_hash) = 32),
        add column verification_expires_at timestamptz(3),
        add column verification_sent_at timestamptz(3),
        add column registered_again_at timestamptz(3),
        add constraint users_verification_is_whole
          check (num_nulls(verification_token_hash, verification_expires_at) in (0, 2))
      `.execute(database)
    await sql`
      create table password_reset_tokens (
        id uuid primary key,
        user_id uuid not null constraint password_reset_tokens_user_id_fkey references users,
        token_hash bytea not null constraint password_reset_tokens_token_hash_key unique
          constraint password_reset_tokens_token_hash_length check (octet_length(token_hash) = 32),
        counted_from timestamptz(3) not null default now(),
        mails integer not null default 1 constraint password_reset_tokens_mails_count check (mails >= 1),
        created_at timestamptz(3) not null default now(),
        expires_at timestamptz(3) not null,
        used_at timestamptz(3),
        constraint password_reset_tokens_expires_later check (expires_at > created_at)
      )`.execute(database)
    await sql`
      create unique index password_reset_tokens_one_unused on password_reset_tokens (user_id)
      where used_at is null`.execute(database)

    // One call in whatever statement is the reason for the mail: both are there or neither is.
    await sql`
      create function request_mail(
        recipient uuid, mail_template text, token_id uuid, recipient_address text,
        source text, request_id text, traceparent text
      ) returns uuid language plpgsql as $$
      declare
        data jsonb := jsonb_build_object('template', mail_template)
          || case when token_id is null then '{}' else jsonb_build_object('token_id', token_id) end;
        requested uuid := append_event('user.mail_requested.v1', recipient, data, source, request_id, traceparent);
      begin
        insert into notifications (event_id, channel, recipient_id, template, data, address)
          values (requested, 'mail', recipient, mail_template, data - 'template', recipient_address);
        return requested;
      end
      $$`.execute(database)
  },
}
