import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Guard } from '../../kit/guard.ts'
import { idempotencyHeaders } from '../../kit/idempotency-key.ts'
import { idempotencyProblems } from '../../kit/idempotency-store.ts'
import { problemResponses } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import { keyedCallOf } from '../keyed-call.ts'
import { orderPath, shipmentSchema } from '../order-contract.ts'
import { orderProblems, shipmentProblems } from '../problems.ts'
import { createShipment, type ShipmentParts } from './create-shipment.ts'
import { newShipmentSchema } from './shipment-contract.ts'

type Parts = ShipmentParts & { readonly guard: Guard<OrdersAccess> }

export function addShipmentRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  routes.openapi({ ...createShipmentRoute, ...parts.guard.user('createShipment') }, async (c) => {
    const call = keyedCallOf(c, { key: c.req.valid('header')['idempotency-key'], body: c.req.valid('json') })
    const request = { ...call, orderId: c.req.valid('param').id, wish: c.req.valid('json') }
    const { body, headers } = await createShipment(parts, request)
    return c.json(shipmentSchema.parse(JSON.parse(body)), 201, headers)
  })
}

const createShipmentRoute = createRoute({
  tags: ['orders'],
  method: 'post',
  path: '/api/v1/orders/{id}/shipments',
  summary: 'Ship what is left of an order, or a part of it',
  description:
    'With the last unit the order is shipped, before that it is in processing. Units whose money went back are not shipped; while a refund of such units is pending the order stays in processing. `Location` and `ETag` are the order’s. A refusal for too many units tells in `left` what is left of each line.',
  request: { params: orderPath, headers: idempotencyHeaders, body: jsonBody(newShipmentSchema) },
  responses: {
    201: jsonAnswer('The shipment', shipmentSchema),
    ...problemResponses(
      ...Object.values(idempotencyProblems),
      ...Object.values(shipmentProblems),
      orderProblems.invalidTransition,
      orderProblems.onHold,
    ),
  },
})
