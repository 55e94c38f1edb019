import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Guard } from '../../kit/guard.ts'
import { type Cursors, paginationProblems } from '../../kit/pagination.ts'
import { problemResponses } from '../../kit/problems.ts'
import { forwardedHeaders, jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import { reconcileSchema, reconciliationSchema } from './reconcile-contract.ts'
import { type ReconcileParts, reconcileOrders } from './reconcile-orders.ts'

type Parts = ReconcileParts & { readonly guard: Guard<OrdersAccess>; readonly cursors: Cursors }

export function addReconcileRoute(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { guard, cursors } = parts
  routes.openapi({ ...reconcileRoute, ...guard.user('reconcileOrders') }, async (c) => {
    const { from, to, limit, cursor } = c.req.valid('json')
    const query = { list: 'reconciliation', from, to }
    const after = cursor === undefined ? undefined : cursors.open(cursor, { query, schema: positionSchema })
    const wanted = { from: dateOf(from), to: dateOf(to), after, limit }
    const { checked, drift, unknown, last, hasMore } = await reconcileOrders(parts, wanted, {
      forwarded: forwardedHeaders(c),
    })
    const answer = {
      checked,
      drift: drift.map(({ orderId, ...each }) => ({ order_id: orderId, ...each })),
      unknown: unknown.map(({ orderId, source }) => ({ order_id: orderId, source })),
      next: hasMore && last !== undefined ? cursors.sign([last.changedAt, last.id], query) : null,
    }
    return c.json(reconciliationSchema.parse(answer), 200)
  })
}

const positionSchema = z.tuple([z.string(), z.uuid()])
const dateOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

const reconcileRoute = createRoute({
  tags: ['orders'],
  method: 'post',
  path: '/api/v1/orders/reconcile',
  summary: 'Compare orders with their payments, their providers and the stock; repairs nothing',
  description:
    'A page of orders by the time of their last change. Of a healthy shop `drift` is empty. An order for which something ' +
    'is under way is only compared once that is done, or has taken too long.',
  request: { body: jsonBody(reconcileSchema) },
  responses: {
    200: jsonAnswer('What was compared, and what is off', reconciliationSchema),
    ...problemResponses(paginationProblems.cursor),
  },
})
