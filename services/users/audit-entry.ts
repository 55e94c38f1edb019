import { uuidV7 } from '../kit/uuid-v7.ts'
import type { Caller } from './caller.ts'

export type AuditAction = 'register' | 'login' | 'login_failed' | 'seed'

/** The row of audit_logs that says who did what from where. */
export function auditEntry(
  caller: Caller,
  entry: { readonly now: Date; readonly action: AuditAction; readonly userId: string | null; readonly target: string },
) {
  const { now, action, userId, target } = entry
  return {
    id: uuidV7(now),
    user_id: userId,
    actor: userId === null ? 'anonymous' : `user:${userId}`,
    action,
    target,
    ip: caller.ip,
    user_agent: caller.userAgent,
    request_id: caller.requestId,
  }
}
