import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { ObjectStore } from '../../kit/object-store/object-store.ts'
import { type InvoiceSnapshot, invoiceSnapshotSchema } from '../documents/invoice-snapshot.ts'
import { storeDocument } from '../documents/store-document.ts'
import type { OrdersTables } from '../schema.ts'
import type { TaskHandler } from '../tasks/run-tasks.ts'

const documentData = z.object({ invoice_id: z.uuid() })
const storeMilliseconds = 20_000

type Parts = { readonly database: Kysely<OrdersTables>; readonly store: ObjectStore }

/** Made and kept after the order is paid: where the storage is down it is paid all the same, and the document comes later. */
export const storeDocumentTask =
  ({ database, store }: Parts): TaskHandler =>
  async (task, signal) => {
    const { invoice_id: invoiceId } = documentData.parse(task.data)
    const invoice = await findInvoice(database, invoiceId)
    if (invoice === undefined) return { park: 'there is no such invoice' }
    const either = AbortSignal.any([signal, AbortSignal.timeout(storeMilliseconds)])
    const { key, sha256 } = await storeDocument(invoice, store, either)
    await sql`
      insert into invoice_documents (invoice_id, key, sha256) values (${invoiceId}, ${key}, ${sha256})
      on conflict (invoice_id) do nothing`.execute(database)
    return 'done'
  }

export type FoundInvoice = {
  readonly id: string
  readonly snapshot: InvoiceSnapshot
  /** Null until its document is stored. */
  readonly key: string | null
  readonly sha256: string | null
}

export async function findInvoice(database: Kysely<OrdersTables>, id: string): Promise<FoundInvoice | undefined> {
  return found(await invoices(database).where('i.id', '=', id).executeTakeFirst())
}

/** The invoice of an order, or the credit note of one of its refunds. */
export async function findInvoiceOfOrder(
  database: Kysely<OrdersTables>,
  { orderId, refundId }: { readonly orderId: string; readonly refundId: string | null },
): Promise<FoundInvoice | undefined> {
  const ofOrder = invoices(database).where('i.order_id', '=', orderId)
  const wanted =
    refundId === null ? ofOrder.where('i.refund_id', 'is', null) : ofOrder.where('i.refund_id', '=', refundId)
  return found(await wanted.executeTakeFirst())
}

const invoices = (database: Kysely<OrdersTables>) =>
  database
    .selectFrom('invoices as i')
    .leftJoin('invoice_documents as d', 'd.invoice_id', 'i.id')
    .select(['i.id', 'i.snapshot', 'd.key', 'd.sha256'])

const found = (row: (Omit<FoundInvoice, 'snapshot'> & { readonly snapshot: unknown }) | undefined) =>
  row && { ...row, snapshot: invoiceSnapshotSchema.parse(row.snapshot) }
