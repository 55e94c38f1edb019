import { sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import {
  type InvoiceSeller,
  type InvoiceSnapshot,
  invoiceNumberText,
  invoiceSnapshotSchema,
  type UnnumberedInvoice,
} from '../documents/invoice-snapshot.ts'
import type { PaymentRow } from '../pay/payment-store.ts'
import type { OrdersTables } from '../schema.ts'
import { invoiceEvent } from '../status/order-event.ts'
import { taskInsert } from '../tasks/task-store.ts'
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
    snapshotOf: (numbering) => invoiceSnapshot({ ...numbering, order, seller: parts.seller, payment }),
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
    snapshotOf: (numbering) =>
      creditNoteSnapshot({ ...numbering, order, seller: parts.seller, payment, refund, corrected }),
  })
}

type Numbering = Pick<InvoiceSnapshot, 'series'> & { readonly issuedAt: Date }

type Issue = {
  readonly order: InvoicedOrder
  readonly kind: 'INV' | 'CN'
  readonly refundId: string | null
  readonly cause: EventCause
  snapshotOf(numbering: Numbering): UnnumberedInvoice
}

/**
 * One statement for the number and for all that has it: everybody's next number waits for the end of this transaction,
 * and whoever rolls back gives the number back.
 */
async function issue(transaction: Transaction<OrdersTables>, parts: IssuingParts, wanted: Issue): Promise<void> {
  const { order, refundId, cause } = wanted
  const id = parts.newId()
  const issuedAt = parts.now()
  const series = `${wanted.kind}-${issuedAt.getUTCFullYear()}`
  // Whole but for its number: the statement puts in the one that it gets.
  const number = { number: 1, number_text: invoiceNumberText(series, 1) }
  const snapshot = invoiceSnapshotSchema.parse({ ...wanted.snapshotOf({ series, issuedAt }), ...number })
  const data = { invoice_id: id }
  const task = { kind: 'store_document', key: `document:${id}`, orderId: order.id, data, cause } as const
  await sql`
    with counted as (
      insert into invoice_counters as c (series, last) values (${series}, 1)
      on conflict (series) do update set last = c.last + 1
      returning series, last, lpad(last::text, greatest(6, length(last::text)), '0') as digits
    ), issued as (
      insert into invoices (id, order_id, refund_id, series, number, snapshot, issued_at)
      select ${id}::uuid, ${order.id}::uuid, ${refundId}::uuid, series, last, ${JSON.stringify(snapshot)}::jsonb
        || jsonb_build_object('number', last, 'number_text', series || '-' || digits), ${issuedAt}::timestamptz
      from counted
      returning id, order_id, series, number
    ), tasked as (${taskInsert(task)})
    select ${invoiceEvent(cause)} from issued`.execute(transaction)
}
