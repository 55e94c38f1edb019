import { createHash } from 'node:crypto'
import type { ObjectStore } from '../../kit/object-store/object-store.ts'
import type { InvoiceSnapshot } from './invoice-snapshot.ts'
import { renderInvoice } from './render-invoice.ts'

export type DocumentRow = {
  readonly snapshot: InvoiceSnapshot
  /** Of the document, where one was stored before. */
  readonly sha256: string | null
}

export type StoredDocument = { readonly key: string; readonly sha256: string }

export const documentContentType = 'application/pdf'

type Named = Pick<InvoiceSnapshot, 'series' | 'number_text' | 'order_id'>

/** By its number, and by its order: two shops that share a place have the same numbers. */
export const documentKey = ({ series, number_text, order_id }: Named): string =>
  `invoices/${series}/${number_text}-${order_id}.pdf`

/**
 * Makes the document and keeps it; again and again, also at once, with the same result. Throws ObjectStoreFault where the
 * storage is down: then nothing is said of the document, and it can be done later.
 */
export async function storeDocument(
  { snapshot, sha256: known }: DocumentRow,
  store: ObjectStore,
  signal?: AbortSignal,
): Promise<StoredDocument> {
  const key = documentKey(snapshot)
  const bytes = await renderInvoice(snapshot)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const put = await store.put({ key, bytes, contentType: documentContentType, sha256 }, signal)
  // What a customer may have seen stays: another release, which died before it could tell, drew it otherwise.
  const stored = put.outcome === 'other' ? put.storedSha256 : sha256
  if (known !== null && stored !== known) {
    throw new Error(`${key} is not what was stored: its SHA-256 is ${stored}, and it was ${known}`)
  }
  return { key, sha256: stored }
}
