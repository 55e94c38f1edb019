import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { OrdersTables } from './schema.ts'
import type { Origin } from './status/move-order.ts'

export type AuditAction =
  | 'order_paid'
  | 'order_cancelled'
  | 'status_set'
  | 'on_hold_set'
  | 'on_hold_cleared'
  | 'shipment_created'
  | 'refund_created'
  | 'order_reconciled'

export type AuditedChange = {
  readonly action: AuditAction
  readonly orderId: string
  /** Ids, numbers and states. */
  readonly before: unknown
  readonly after: unknown
}

/** In the transaction of the change, so that neither is without the other. */
export async function auditChange(
  transaction: Transaction<OrdersTables>,
  change: AuditedChange,
  origin: Origin,
): Promise<void> {
  await auditInsert(change, origin).execute(transaction)
}

/** The same, to be a part of the statement of the change. */
export function auditInsert(
  { action, orderId, before, after }: AuditedChange,
  { actor, cause }: Origin,
): RawBuilder<unknown> {
  const who = actor.id === null ? actor.role : `${actor.role}:${actor.id}`
  return sql`
    insert into audit_logs (actor, action, order_id, before, after, request_id)
    values (${who}, ${action}, ${orderId}, ${JSON.stringify(before)}::jsonb, ${JSON.stringify(after)}::jsonb,
      ${cause.requestId})`
}
