import { createHash } from 'node:crypto'
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import type { Kysely } from 'kysely'
import type { Guard } from '../../kit/guard.ts'
import { idSchema } from '../../kit/id-schema.ts'
import { type ObjectStore, ObjectStoreFault } from '../../kit/object-store/object-store.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import type { RequestEnvironment } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import { invoiceSnapshotSchema } from '../documents/invoice-snapshot.ts'
import { renderInvoice } from '../documents/render-invoice.ts'
import { documentContentType } from '../documents/store-document.ts'
import { orderPath } from '../order-contract.ts'
import { invoiceProblems } from '../problems.ts'
import { ownerIdOf } from '../reads/read-routes.ts'
import type { OrdersTables } from '../schema.ts'
import { type FoundInvoice, findInvoiceOfOrder } from './store-documents.ts'

type Parts = {
  readonly database: Kysely<OrdersTables>
  readonly store: ObjectStore
  readonly guard: Guard<OrdersAccess>
}

const json = 'application/json'

/** The document as it was stored, or what it says as JSON. */
export function addInvoiceRoute(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, guard } = parts
  routes.openapi({ ...invoiceRoute, ...guard.user('getInvoice') }, async (c) => {
    const { id: orderId } = c.req.valid('param')
    const { refund_id: refundId = null } = c.req.valid('query')
    const ownerId = ownerIdOf(c.var.principal)
    const order = await database.selectFrom('orders').select('user_id').where('id', '=', orderId).executeTakeFirst()
    if (order === undefined || (ownerId !== undefined && order.user_id !== ownerId))
      throw new Problem(problems.notFound)
    const invoice = await findInvoiceOfOrder(database, { orderId, refundId })
    if (invoice === undefined) throw new Problem(invoiceProblems.notIssued)
    c.header('Vary', 'Accept')
    const type = accepts(c, { header: 'Accept', supports: [documentContentType, json], default: documentContentType })
    if (type === json) return c.json(invoice.snapshot, 200)
    const bytes = await storedDocument(parts.store, invoice)
    const name = `${invoice.snapshot.number_text}.pdf`
    const headers = { 'content-type': documentContentType, 'content-disposition': `inline; filename="${name}"` }
    return c.body(bytes, 200, headers)
  })
}

/**
 * What was stored, and nothing else: its bytes are those that were said of it then. A document that is gone is made once
 * more from its snapshot, and counts where it has the same bytes.
 */
async function storedDocument(store: ObjectStore, { key, sha256, snapshot }: FoundInvoice): Promise<ArrayBuffer> {
  const headers = { 'retry-after': '5' }
  if (key === null) throw new Problem(invoiceProblems.notStored, { headers })
  const stored = await store.get(key).catch((cause: unknown) => {
    if (!(cause instanceof ObjectStoreFault)) throw cause
    throw new Problem(problems.unavailable, { detail: 'Documents cannot be read now', headers, cause })
  })
  const bytes = stored ?? (await renderInvoice(snapshot))
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return new Uint8Array(bytes).buffer
  const cause = new Error(`${key} ${stored === null ? 'is gone, and drawn otherwise now' : 'is not what was stored'}`)
  throw new Problem(problems.unavailable, { detail: 'The document cannot be read now', headers, cause })
}

const invoiceRoute = createRoute({
  tags: ['orders'],
  method: 'get',
  path: '/api/v1/orders/{id}/invoice',
  summary: 'The invoice of a paid order, as PDF; as JSON where `Accept` asks for it',
  description: 'With `refund_id` the credit note of that refund, which is issued once its money has gone back.',
  request: { params: orderPath, query: z.object({ refund_id: idSchema.optional() }) },
  responses: {
    200: {
      description: 'The invoice',
      content: {
        'application/pdf': { schema: z.string().openapi({ format: 'binary' }) },
        'application/json': { schema: invoiceSnapshotSchema },
      },
      headers: {
        'Content-Disposition': { description: 'of the PDF: a name for its file', schema: { type: 'string' as const } },
      },
    },
    ...problemResponses(invoiceProblems.notIssued, invoiceProblems.notStored),
  },
})
