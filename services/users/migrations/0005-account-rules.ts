import { sql, type Transaction } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

/** Profile fields, wrong passwords by address, the last admin, and a trail that nobody has the right to change. */
export const accountRulesMigration: ServiceMigration = {
  name: '0005_account_rules',
  reversible: true,
  indexes: [
    { name: 'users_by_age', on: 'users (created_at, id)' },
    // What forget-old-logins.ts looks for.
    { name: 'refresh_tokens_by_family_end', on: 'refresh_tokens (family_expires_at) where parent_id is null' },
    { name: 'user_sessions_by_end', on: 'user_sessions (ended_at) where ended_at is not null' },
  ],
  async up(database) {
    await sql`
      alter table users
        add column phone text constraint users_phone_form check (phone ~ '^\\+[1-9][0-9]{6,14}$'),
        add column password_changed_at timestamptz(3),
        add column locale text not null default 'en'
          constraint users_locale_form check (locale ~ '^[A-Za-z0-9]{2,8}(-[A-Za-z0-9]{1,8})*$' and char_length(locale) <= 35)
      `.execute(database)
    await addLoginFailures(database)
    await keepAnAdmin(database)
    await revokeChangesOfTheTrail(database)
  },
}

/** By the hash of the address, so that it is the same for one that has no account, and no address is kept here. */
async function addLoginFailures(database: Transaction<unknown>): Promise<void> {
  await sql`
    create table login_failures (
      address_hash bytea primary key
        constraint login_failures_address_hash_length check (octet_length(address_hash) = 32),
      failures integer not null constraint login_failures_failures_counted check (failures >= 0),
      attempts integer not null default 1
        constraint login_failures_attempts_a_minute check (attempts between 1 and 10),
      minute_started_at timestamptz(3) not null default now(),
      last_attempt_at timestamptz(3) not null default now(),
      locked_until timestamptz(3)
    )`.execute(database)
  await sql`create index login_failures_by_age on login_failures (last_attempt_at)`.execute(database)
}

/**
 * Whoever takes an admin away waits for the others who do, and then counts: each statement of the function sees what
 * has been committed until it starts. An advisory lock, because row locks on all admins could wait in a circle.
 */
async function keepAnAdmin(database: Transaction<unknown>): Promise<void> {
  await sql`
    create function users_keep_an_admin() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and new.role = 'admin' and new.status = 'active' then
        return null;
      end if;
      perform pg_advisory_xact_lock(hashtextextended('users_last_admin', 0));
      if not exists (select from users where role = 'admin' and status = 'active') then
        raise exception using errcode = '23514', table = 'users', constraint = 'users_last_admin',
          message = 'the last active admin stays';
      end if;
      return null;
    end
    $$`.execute(database)
  await sql`
    create constraint trigger users_last_admin after update or delete on users
    for each row when (old.role = 'admin' and old.status = 'active') execute function users_keep_an_admin()`.execute(
    database,
  )
}

/** Of whoever was given rights, by whatever name: the names of the roles are the platform's. */
async function revokeChangesOfTheTrail(database: Transaction<unknown>): Promise<void> {
  await sql`
    do $$
    declare
      other text;
    begin
      revoke update, delete, truncate on audit_logs from public;
      for other in
        select distinct granted.grantee::regrole::text
        from pg_class c, aclexplode(c.relacl) granted
        where c.oid = 'audit_logs'::regclass and granted.grantee not in (0, c.relowner)
      loop
        execute 'revoke update, delete, truncate on audit_logs from ' || other;
      end loop;
    end
    $$`.execute(database)
}
