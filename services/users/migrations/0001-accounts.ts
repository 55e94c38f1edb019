import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

/** Accounts, their logins, and the trail of what happened to them. Times have milliseconds, as in JSON. */
export const accountsMigration: ServiceMigration = {
  name: '0001_accounts',
  reversible: true,
  async up(database) {
    await sql`
      create table users (
        id uuid primary key,
        email text not null constraint users_email_length check (char_length(email) between 3 and 254),
        name text not null constraint users_name_length check (char_length(name) between 1 and 100),
        password_hash text constraint users_password_hash_form check (password_hash like '$argon2id$v=19$%'),
        role text not null default 'user' constraint users_role_known check (role in ('user', 'admin')),
        status text not null default 'active'
          constraint users_status_known check (status in ('active', 'disabled', 'closed')),
        verified boolean not null default false,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        deleted_at timestamptz(3),
        constraint users_closed_without_password check (status <> 'closed' or password_hash is null)
      )`.execute(database)
    await sql`
      create unique index users_email_key on users (lower(email)) where deleted_at is null`.execute(database)

    await sql`
      create table user_sessions (
        id uuid primary key,
        user_id uuid not null constraint user_sessions_user_id_fkey references users,
        ip text,
        user_agent text constraint user_sessions_user_agent_length check (char_length(user_agent) <= 256),
        created_at timestamptz(3) not null default now(),
        last_seen_at timestamptz(3) not null default now(),
        ended_at timestamptz(3),
        constraint user_sessions_ended_after_start check (ended_at >= created_at)
      )`.execute(database)
    await sql`create index user_sessions_by_user on user_sessions (user_id) where ended_at is null`.execute(database)

    await sql`
      create table refresh_tokens (
        id uuid primary key,
        user_id uuid not null constraint refresh_tokens_user_id_fkey references users,
        session_id uuid not null constraint refresh_tokens_session_id_fkey references user_sessions,
        family_id uuid not null,
        parent_id uuid constraint refresh_tokens_parent_id_key unique
          constraint refresh_tokens_parent_id_fkey references refresh_tokens,
        token_hash bytea not null constraint refresh_tokens_token_hash_key unique
          constraint refresh_tokens_token_hash_length check (octet_length(token_hash) = 32),
        created_at timestamptz(3) not null default now(),
        expires_at timestamptz(3) not null,
        family_expires_at timestamptz(3) not null,
        used_at timestamptz(3),
        revoked_at timestamptz(3),
        constraint refresh_tokens_expires_later check (expires_at > created_at),
        constraint refresh_tokens_within_family check (expires_at <= family_expires_at)
      )`.execute(database)
    await sql`
      create unique index refresh_tokens_one_head on refresh_tokens (family_id)
      where used_at is null and revoked_at is null`.execute(database)
    await sql`create index refresh_tokens_by_user on refresh_tokens (user_id)`.execute(database)
    await sql`create index refresh_tokens_by_session on refresh_tokens (session_id)`.execute(database)
  },
}
