import { sql, type Transaction } from 'kysely'
import type { InvoiceSeller } from '../documents/invoice-snapshot.ts'
import { issueInvoice } from '../invoices/issue-invoice.ts'
import { findPayment } from '../pay/payment-store.ts'
import { giveBack } from '../refunds/give-back.ts'
import type { OrdersTables } from '../schema.ts'
import { type LockedOrder, lockOrder, moveOrder, type Origin } from '../status/move-order.ts'
import { addTask } from '../tasks/task-store.ts'
import { endSaga, type LeasedSaga } from './saga-store.ts'

export type ConfirmParts = { readonly seller: InvoiceSeller; newId(): string; now(): Date }

type Confirming = { readonly saga: LeasedSaga; readonly origin: Origin }

/** The saga's last step: paid, with its invoice and both events, in one transaction. Done before, it changes nothing. */
export async function confirmOrder(
  transaction: Transaction<OrdersTables>,
  parts: ConfirmParts,
  { saga, origin }: Confirming,
): Promise<void> {
  const order = await lockedOrder(transaction, saga)
  const payment = await findPayment(transaction, saga.paymentId)
  if (payment === undefined) throw new Error(`there is no payment ${saga.paymentId}`)
  await endSaga(transaction, saga)
  if (order.status !== 'pending' && order.status !== 'expired') return
  const { id: payment_id, provider, capturedCents: amount_cents } = payment
  await moveOrder(transaction, order, {
    action: 'payment_succeeded',
    to: 'paid',
    reason: order.status === 'expired' ? 'paid after it had expired' : 'paid',
    data: { payment_id, provider, amount_cents },
    ...origin,
  })
  await issueInvoice(transaction, parts, { orderId: order.id, payment, cause: origin.cause })
}

/** The stock cannot be had any more: all of the money goes back, and the order with it. */
export async function undoPayment(
  transaction: Transaction<OrdersTables>,
  parts: ConfirmParts,
  { saga, origin }: Confirming,
): Promise<void> {
  const order = await lockedOrder(transaction, saga)
  await endSaga(transaction, saga)
  const reason = 'out of stock'
  await giveBack(transaction, { id: parts.newId(), paymentId: saga.paymentId, key: 'undo', reason }, origin)
  if (order.status !== 'pending') return
  await moveOrder(transaction, order, {
    action: 'cancel_by_owner',
    to: 'cancelled',
    reason: 'out_of_stock',
    data: { reason: 'out_of_stock' },
    ...origin,
  })
}

/** Nothing was held: the order is a draft again, and its customer is told what is missing. */
export async function reopenOrder(transaction: Transaction<OrdersTables>, { saga, origin }: Confirming): Promise<void> {
  const order = await lockedOrder(transaction, saga)
  await endSaga(transaction, saga)
  await sql`
    update payments set status = 'failed', reason = 'out_of_stock', updated_at = now()
    where id = ${saga.paymentId} and (status = 'created' or (status = 'captured' and provider = 'none'))`.execute(
    transaction,
  )
  if (order.status !== 'pending') return
  await moveOrder(transaction, order, { action: 'stock_short', to: 'draft', reason: 'out of stock', ...origin })
  // A hold of an attempt before this one may be there.
  if (order.reference !== null) await releaseLater(transaction, { order, reference: order.reference, origin })
}

type Release = { readonly order: LockedOrder; readonly reference: string; readonly origin: Origin }

export async function releaseLater(
  transaction: Transaction<OrdersTables>,
  { order, reference, origin }: Release,
): Promise<void> {
  const { cause } = origin
  await addTask(transaction, {
    kind: 'release_stock',
    key: `release:${reference}`,
    orderId: order.id,
    data: { reference },
    cause,
  })
}

async function lockedOrder(transaction: Transaction<OrdersTables>, { orderId }: LeasedSaga): Promise<LockedOrder> {
  const order = await lockOrder(transaction, orderId)
  if (order === undefined) throw new Error(`there is no order ${orderId}`)
  return order
}
