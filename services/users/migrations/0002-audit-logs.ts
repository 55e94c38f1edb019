import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

/** Append only, and not by convention: the table itself refuses. Without foreign keys, so that it outlives all. */
export const auditLogsMigration: ServiceMigration = {
  name: '0002_audit_logs',
  reversible: true,
  async up(database) {
    await sql`
      create table audit_logs (
        id uuid primary key,
        user_id uuid,
        actor text not null constraint audit_logs_actor_length check (char_length(actor) between 1 and 100),
        action text not null constraint audit_logs_action_form check (action ~ '^[a-z_]{1,50}$'),
        target text constraint audit_logs_target_length check (char_length(target) <= 300),
        ip text,
        user_agent text constraint audit_logs_user_agent_length check (char_length(user_agent) <= 256),
        request_id text,
        detail jsonb not null default '{}',
        created_at timestamptz(3) not null default now()
      )`.execute(database)
    await sql`create index audit_logs_by_user on audit_logs (user_id, created_at)`.execute(database)
    await sql`
      create function audit_logs_refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception 'audit_logs is append only: % refused', tg_op;
      end
      $$`.execute(database)
    await sql`
      create trigger audit_logs_no_change before update or delete on audit_logs
      for each row execute function audit_logs_refuse_change()`.execute(database)
    await sql`
      create trigger audit_logs_no_truncate before truncate on audit_logs
      for each statement execute function audit_logs_refuse_change()`.execute(database)
  },
}
