import type { Context } from 'hono'
import { type RawBuilder, sql } from 'kysely'
import { causeOf } from '../kit/cause-of.ts'
import type { EventCause } from '../kit/events.ts'
import type { SignedIn } from '../kit/guard.ts'
import type { UserPrincipal } from '../kit/principal.ts'

/** Who changes something, and by which request. */
export type ChangeOrigin = { readonly actor: string; readonly cause: EventCause }

export function originOf(c: Context<SignedIn<UserPrincipal>>): ChangeOrigin {
  return { actor: `user:${c.get('principal').userId}`, cause: causeOf(c) }
}

export type AuditAction =
  | 'product_created'
  | 'product_updated'
  | 'product_deleted'
  | 'category_created'
  | 'category_updated'
  | 'category_deleted'
  | 'review_updated'
  | 'review_deleted'
  | 'stock_set'

/** Expressions of the statement that makes the change; before and after are jsonb. */
export type AuditedChange = {
  readonly action: AuditAction
  /** `product`, and the expression of its id. */
  readonly target: readonly [kind: string, id: RawBuilder<unknown>]
  readonly before?: RawBuilder<unknown>
  readonly after?: RawBuilder<unknown>
}

/** `insert into audit_logs (${auditColumns}) select ${auditValues(…)} from changed`, in the statement that changes. */
export const auditColumns: RawBuilder<unknown> = sql`actor, action, target, before, after, request_id`

export function auditValues(change: AuditedChange, { actor, cause }: ChangeOrigin): RawBuilder<unknown> {
  const { action, before = sql`null::jsonb`, after = sql`null::jsonb` } = change
  const [kind, id] = change.target
  return sql`${actor}::text, ${action}::text, ${kind}::text || ':' || ${id}, ${before}, ${after}, ${cause.requestId}::text`
}
