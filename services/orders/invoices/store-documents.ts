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
    const invoice = await findInvoice(database, { invoiceId })
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

/** By its id, or the invoice of an order. */
export async function findInvoice(
  database: Kysely<OrdersTables>,
  wanted: { readonly invoiceId: string } | { readonly orderId: string },
): Promise<FoundInvoice | undefined> {
  const found = await database
    .selectFrom('invoices as i')
    .leftJoin('invoice_documents as d', 'd.invoice_id', 'i.id')
    .select(['i.id', 'i.snapshot', 'd.key', 'd.sha256'])
    .$if('invoiceId' in wanted, (query) => query.where('i.id', '=', 'invoiceId' in wanted ? wanted.invoiceId : ''))
    .$if('orderId' in wanted, (query) =>
      query.where('i.order_id', '=', 'orderId' in wanted ? wanted.orderId : '').where('i.refund_id', 'is', null),
    )
    .executeTakeFirst()
  return found === undefined ? undefined : { ...found, snapshot: invoiceSnapshotSchema.parse(found.snapshot) }
}
