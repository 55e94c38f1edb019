import { sql, type Transaction } from 'kysely'
import type { OrdersTables } from '../schema.ts'
import type { Origin } from '../status/move-order.ts'
import { addTask } from '../tasks/task-store.ts'

/** Why all of a payment goes back by itself: each once, however often it comes to it. */
export type GiveBackKey = 'cancel' | 'late' | 'undo'

export type GiveBack = {
  readonly id: string
  readonly paymentId: string
  readonly key: GiveBackKey
  readonly reason: string
}

/**
 * All of the payment that has not gone back yet, decided in this transaction and sent after it. Undefined where nothing
 * is left. The caller holds the order's row; the table's checks hold for who does not.
 */
export async function giveBack(
  transaction: Transaction<OrdersTables>,
  { id, paymentId, key, reason }: GiveBack,
  { actor, cause }: Origin,
): Promise<{ readonly refundId: string; readonly amountCents: number } | undefined> {
  const { rows } = await sql<{ orderId: string; amountCents: number }>`
    with taken as (
      update payments p set refunded_cents = p.captured_cents, updated_at = now()
      from (select id, captured_cents - refunded_cents as amount from payments where id = ${paymentId} for update) before
      where p.id = before.id and before.amount > 0
      returning p.id, p.order_id, p.provider, p.provider_key, p.currency, before.amount
    )
    insert into refunds (id, order_id, payment_id, provider, key, provider_key, amount_cents, currency, reason, actor_id,
      request_id)
    select ${id}, order_id, id, provider, ${key}, provider_key || ':' || ${key}, amount, currency, ${reason},
      ${actor.id}::uuid, ${cause.requestId}
    from taken
    returning order_id as "orderId", amount_cents as "amountCents"`.execute(transaction)
  const [row] = rows
  if (row === undefined) return undefined
  await addTask(transaction, {
    kind: 'send_refund',
    key: `refund:${id}`,
    orderId: row.orderId,
    data: { refund_id: id },
    cause,
  })
  return { refundId: id, amountCents: row.amountCents }
}
