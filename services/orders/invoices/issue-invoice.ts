import { sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import { type InvoiceSeller, type InvoiceSnapshot, invoiceSnapshotSchema } from '../documents/invoice-snapshot.ts'
import type { PaymentRow } from '../pay/payment-store.ts'
import type { OrdersTables } from '../schema.ts'
import { appendInvoiceEvent } from '../status/order-event.ts'
import { addTask } from '../tasks/task-store.ts'
import { type InvoicedOrder, invoiceFacts } from './invoice-facts.ts'
import { creditNoteSnapshot, invoiceSnapshot } from './invoice-snapshots.ts'
import { refundFacts } from './refund-facts.ts'

export type IssuingParts = { readonly seller: InvoiceSeller; newId(): string; now(): Date }

type Invoiced = { readonly orderId: string; readonly payment: PaymentRow; readonly cause: EventCause }

/** The order's one invoice, in the transaction that makes it paid. */
export async function issueInvoice(
  transaction: Transaction<OrdersTables>,
  parts: IssuingParts,
  { orderId, payment, cause }: Invoiced,
): Promise<void> {
  const order = await invoiceFacts(transaction, orderId)
  await issue(transaction, parts, {
    order,
    kind: 'INV',
    refundId: null,
    cause,
    snapshotOf: (numbered) => invoiceSnapshot({ ...numbered, order, seller: parts.seller, payment }),
  })
}

export type Credited = {
  readonly orderId: string
  readonly refundId: string
  readonly payment: PaymentRow
  readonly cause: EventCause
}

/** What corrects the invoice by a refund that has succeeded. Nothing where none was issued: nothing is to be corrected. */
export async function issueCreditNote(
  transaction: Transaction<OrdersTables>,
  parts: IssuingParts,
  { orderId, refundId, payment, cause }: Credited,
): Promise<void> {
  const corrected = await transaction
    .selectFrom('invoices')
    .select(['series', 'number'])
    .where('order_id', '=', orderId)
    .where('refund_id', 'is', null)
    .executeTakeFirst()
  if (corrected === undefined) return
  const order = await invoiceFacts(transaction, orderId)
  const refund = await refundFacts(transaction, refundId)
  await issue(transaction, parts, {
    order,
    kind: 'CN',
    refundId,
    cause,
    snapshotOf: (numbered) =>
      creditNoteSnapshot({ ...numbered, order, seller: parts.seller, payment, refund, corrected }),
  })
}

type Numbered = { readonly series: string; readonly number: number; readonly issuedAt: Date }

type Issue = {
  readonly order: InvoicedOrder
  readonly kind: 'INV' | 'CN'
  readonly refundId: string | null
  readonly cause: EventCause
  snapshotOf(numbered: Numbered): InvoiceSnapshot
}

async function issue(transaction: Transaction<OrdersTables>, parts: IssuingParts, wanted: Issue): Promise<void> {
  const { order, refundId, cause } = wanted
  const id = parts.newId()
  const issuedAt = parts.now()
  const series = `${wanted.kind}-${issuedAt.getUTCFullYear()}`
  const number = await nextNumber(transaction, series)
  const snapshot = invoiceSnapshotSchema.parse(wanted.snapshotOf({ series, number, issuedAt }))
  await transaction
    .insertInto('invoices')
    .values({
      id,
      order_id: order.id,
      refund_id: refundId,
      series,
      number,
      snapshot: JSON.stringify(snapshot),
      issued_at: issuedAt,
    })
    .execute()
  await appendInvoiceEvent(transaction, { orderId: order.id, invoice_id: id, series, number, cause })
  const data = { invoice_id: id }
  await addTask(transaction, { kind: 'store_document', key: `document:${id}`, orderId: order.id, data, cause })
}

/** The counter's row is held until the end of the transaction: who rolls back gives the number back. */
async function nextNumber(transaction: Transaction<OrdersTables>, series: string): Promise<number> {
  const { rows } = await sql<{ last: number }>`
    insert into invoice_counters as c (series, last) values (${series}, 1)
    on conflict (series) do update set last = c.last + 1
    returning last`.execute(transaction)
  const [row] = rows
  if (row === undefined) throw new Error(`no number of ${series}`)
  return row.last
}
