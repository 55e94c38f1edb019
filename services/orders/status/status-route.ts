import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { entityTag, preconditionProblems, replaceableVersions } from '../../kit/entity-tags.ts'
import type { Guard } from '../../kit/guard.ts'
import { problemResponses } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import { callOf } from '../keyed-call.ts'
import { orderPath, orderSchema } from '../order-contract.ts'
import { orderProblems } from '../problems.ts'
import type { OrdersTables } from '../schema.ts'
import { setStatus, statusChangeSchema } from './set-status.ts'

type Parts = { readonly database: Kysely<OrdersTables>; readonly guard: Guard<OrdersAccess> }

export function addStatusRoute(routes: OpenAPIHono<RequestEnvironment>, { database, guard }: Parts): void {
  routes.openapi({ ...statusRoute, ...guard.user('setOrderStatus') }, async (c) => {
    const replaces = replaceableVersions(c.req.header('if-match'))
    const request = { ...callOf(c), orderId: c.req.valid('param').id, change: c.req.valid('json'), replaces }
    const order = await setStatus(database, request)
    return c.json(order, 200, { ETag: entityTag(order.version) })
  })
}

const statusRoute = createRoute({
  tags: ['orders'],
  method: 'put',
  path: '/api/v1/orders/{id}/status',
  summary: 'Take an order a step further, or put it on hold; needs If-Match',
  description:
    '`processing` and `delivered` are steps of the order; `delivered` is said of all its shipments too. `on_hold` stops every step forward and leaves the status as it is, `released` ends that; both need a `reason`. The status that the order has already changes nothing.',
  request: { params: orderPath, body: jsonBody(statusChangeSchema) },
  responses: {
    200: jsonAnswer('The order; `ETag`', orderSchema),
    ...problemResponses(
      orderProblems.invalidTransition,
      orderProblems.onHold,
      preconditionProblems.failed,
      preconditionProblems.required,
    ),
  },
})
