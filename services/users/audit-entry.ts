import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { uuidV7 } from '../kit/uuid-v7.ts'
import type { Caller } from './caller.ts'

/** What the trail tells of. */
export const auditActions = [
  'register',
  'verify',
  'login',
  'login_failed',
  'lock',
  'logout',
  'refresh_reuse',
  'forgot',
  'reset',
  'password_change',
  'password_change_failed',
  'profile_change',
  'role_change',
  'status_change',
  'close',
  'service_token_refused',
] as const
export type AuditAction = (typeof auditActions)[number]

/** Roles, states and names of fields; never a hash, a token, a password or what a person entered. */
export type AuditState = Readonly<Record<string, string | boolean | readonly string[]>>

export type AuditFacts = {
  readonly now: Date
  readonly action: AuditAction
  /** Whose account it is about. */
  readonly userId: string | null
  /** Who did it, where that is somebody else: `user:<id>`, `service:<client id>`, `anonymous`. */
  readonly actor?: string
  /** What it was done to: `user:<id>`, `session:<id>`, `service:<client id>`, or addressTarget() of nobody's address. */
  readonly target: string
  readonly before?: AuditState
  readonly after?: AuditState
}

/** Names an address that has no account: the trail outlives every account, so no address may stand in it. */
export function addressTarget(email: string): string {
  return `address:${createHash('sha256').update(email.toLowerCase()).digest('hex')}`
}

/** The row of audit_logs that says who did what from where. Insert it in the transaction of what it tells. */
export function auditEntry(caller: Caller, facts: AuditFacts) {
  const { now, action, userId, target, before, after } = facts
  return {
    id: uuidV7(now),
    user_id: userId,
    actor: facts.actor ?? (userId === null ? 'anonymous' : `user:${userId}`),
    action,
    target,
    ip: caller.ip,
    user_agent: caller.userAgent,
    request_id: caller.requestId,
    detail: JSON.stringify({ ...(before && { before }), ...(after && { after }) }),
  }
}

export type AuditEntry = ReturnType<typeof auditEntry>

/** For a statement that writes a row only where something holds: `insert into audit_logs (…) select … from …`. */
export const auditColumns: RawBuilder<unknown> = sql`id, user_id, actor, action, target, ip, user_agent, request_id, detail`

/** The values of those columns. Typed, because a parameter of a select is text otherwise. */
export function auditValues(
  entry: AuditEntry,
  /** What only the statement itself finds out: expressions. */
  found: { readonly userId?: RawBuilder<unknown>; readonly target?: RawBuilder<unknown> } = {},
): RawBuilder<unknown> {
  const { userId = sql`${entry.user_id}::uuid`, target = sql`${entry.target}::text` } = found
  return sql`${entry.id}::uuid, ${userId}, ${entry.actor}::text, ${entry.action}::text, ${target},
    ${entry.ip}::text, ${entry.user_agent}::text, ${entry.request_id}::text, ${entry.detail}::jsonb`
}
