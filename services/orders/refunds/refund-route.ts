import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Guard } from '../../kit/guard.ts'
import { idempotencyHeaders } from '../../kit/idempotency-key.ts'
import { idempotencyProblems } from '../../kit/idempotency-store.ts'
import { problemResponses } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import { keyedCallOf } from '../keyed-call.ts'
import { orderPath, refundSchema } from '../order-contract.ts'
import { orderProblems, refundProblems } from '../problems.ts'
import { createRefund, type RefundParts } from './create-refund.ts'
import { newRefundSchema } from './refund-contract.ts'

type Parts = RefundParts & { readonly guard: Guard<OrdersAccess> }

export function addRefundRoute(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  routes.openapi({ ...refundRoute, ...parts.guard.user('createRefund') }, async (c) => {
    const call = keyedCallOf(c, { key: c.req.valid('header')['idempotency-key'], body: c.req.valid('json') })
    const request = { ...call, orderId: c.req.valid('param').id, wish: c.req.valid('json') }
    const { body, headers } = await createRefund(parts, request)
    return c.json(refundSchema.parse(JSON.parse(body)), 201, headers)
  })
}

const refundRoute = createRoute({
  tags: ['orders'],
  method: 'post',
  path: '/api/v1/orders/{id}/refunds',
  summary: 'Give money back: an amount, or units of the order and its shipping at what they cost',
  description:
    'It is pending until the provider has said how it ended; one that fails can be given back again. The order stays in ' +
    'its status: only one whose other units are shipped is shipped once the units that were left are refunded.',
  request: { params: orderPath, headers: idempotencyHeaders, body: jsonBody(newRefundSchema) },
  responses: {
    201: jsonAnswer('The refund, on its way', refundSchema),
    ...problemResponses(
      ...Object.values(idempotencyProblems),
      ...Object.values(refundProblems),
      orderProblems.invalidTransition,
    ),
  },
})
