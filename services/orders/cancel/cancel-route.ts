import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { entityTag } from '../../kit/entity-tags.ts'
import type { Guard } from '../../kit/guard.ts'
import { nameSchema } from '../../kit/name-schema.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import { jsonBody, type RequestEnvironment, taggedAnswer } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import { callOf } from '../keyed-call.ts'
import { orderPath, orderSchema } from '../order-contract.ts'
import { orderProblems, paymentProblems } from '../problems.ts'
import { findOrder } from '../reads/find-order.ts'
import { ownerIdOf } from '../reads/read-routes.ts'
import { type CancelParts, cancelOrder } from './cancel-order.ts'

type Parts = CancelParts & { readonly guard: Guard<OrdersAccess> }

const cancelSchema = z
  .strictObject({ reason: nameSchema(200).default('cancelled by the customer') })
  .openapi('CancelOrder', { example: { reason: 'ordered twice' } })

export function addCancelRoute(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  routes.openapi({ ...cancelRoute, ...parts.guard.user('cancelOrder') }, async (c) => {
    const { principal, origin } = callOf(c)
    const { id: orderId } = c.req.valid('param')
    const { reason } = c.req.valid('json')
    await cancelOrder(parts, { orderId, ownerId: ownerIdOf(principal), reason, origin })
    const order = await findOrder(parts.database, orderId)
    if (order === undefined) throw new Problem(problems.notFound)
    return c.json(orderSchema.parse(order), 200, { ETag: entityTag(order.version) })
  })
}

const cancelRoute = createRoute({
  tags: ['orders'],
  method: 'post',
  path: '/api/v1/orders/{id}/cancel',
  summary: 'Cancel an order that has not been shipped: its money and its stock go back; again changes nothing',
  request: { params: orderPath, body: jsonBody(cancelSchema) },
  responses: {
    200: taggedAnswer('The cancelled order; `ETag`', orderSchema),
    ...problemResponses(orderProblems.invalidTransition, paymentProblems.inProgress),
  },
})
