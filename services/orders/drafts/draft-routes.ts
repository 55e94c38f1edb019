import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { entityTag } from '../../kit/entity-tags.ts'
import type { Guard } from '../../kit/guard.ts'
import { idempotencyHeaders } from '../../kit/idempotency-key.ts'
import { idempotencyProblems } from '../../kit/idempotency-store.ts'
import { problemResponses } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment, taggedAnswer } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import { callOf, keyedCallOf } from '../keyed-call.ts'
import {
  addressesSchema,
  newItemSchema,
  orderDraftSchema,
  orderItemPath,
  orderPath,
  orderSchema,
} from '../order-contract.ts'
import type { OrderMetrics } from '../order-metrics.ts'
import { orderProblems } from '../problems.ts'
import { createOrder, type DraftParts } from './create-order.ts'
import { addItem, removeItem } from './edit-items.ts'
import { setAddresses } from './set-addresses.ts'

type Parts = DraftParts & { readonly guard: Guard<OrdersAccess>; readonly metrics: OrderMetrics }

export function addDraftRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { guard, metrics } = parts
  routes.openapi({ ...createOrderRoute, ...guard.user('createOrder') }, async (c) => {
    const call = keyedCallOf(c, { key: c.req.valid('header')['idempotency-key'], body: c.req.valid('json') })
    const { body, headers } = await metrics.counted(createOrder(parts, { ...call, draft: c.req.valid('json') }))
    return c.json(orderSchema.parse(JSON.parse(body)), 201, headers)
  })

  routes.openapi({ ...addItemRoute, ...guard.user('addOrderItem') }, async (c) => {
    const call = keyedCallOf(c, { key: c.req.valid('header')['idempotency-key'], body: c.req.valid('json') })
    const { id: orderId } = c.req.valid('param')
    const { body, headers } = await addItem(parts, { ...call, orderId, item: c.req.valid('json') })
    return c.json(orderSchema.parse(JSON.parse(body)), 200, headers)
  })

  routes.openapi({ ...removeItemRoute, ...guard.user('removeOrderItem') }, async (c) => {
    const { id: orderId, item_id: itemId } = c.req.valid('param')
    const order = await removeItem(parts, { ...callOf(c), orderId, itemId })
    return c.json(order, 200, { ETag: entityTag(order.version) })
  })

  routes.openapi({ ...setAddressesRoute, ...guard.user('setOrderAddresses') }, async (c) => {
    const { id: orderId } = c.req.valid('param')
    const order = await setAddresses(parts, { ...callOf(c), orderId, addresses: c.req.valid('json') })
    return c.json(order, 200, { ETag: entityTag(order.version) })
  })
}

const tags = ['orders']
const { unknownProduct, mixedCurrencies, totalTooLarge, tooManyLines, notEditable } = orderProblems

const createOrderRoute = createRoute({
  tags,
  method: 'post',
  path: '/api/v1/orders',
  summary: 'Begin an order at the catalog’s prices; nothing is held before it is paid',
  request: { headers: idempotencyHeaders, body: jsonBody(orderDraftSchema) },
  responses: {
    201: jsonAnswer('The draft', orderSchema),
    ...problemResponses(...Object.values(idempotencyProblems), unknownProduct, mixedCurrencies, totalTooLarge),
  },
})

const addItemRoute = createRoute({
  tags,
  method: 'post',
  path: '/api/v1/orders/{id}/items',
  summary: 'Put a product into a draft; of one that is in it, so many more',
  request: { params: orderPath, headers: idempotencyHeaders, body: jsonBody(newItemSchema) },
  responses: {
    200: taggedAnswer('The draft; `ETag`', orderSchema),
    ...problemResponses(
      ...Object.values(idempotencyProblems),
      unknownProduct,
      mixedCurrencies,
      totalTooLarge,
      tooManyLines,
      notEditable,
    ),
  },
})

const removeItemRoute = createRoute({
  tags,
  method: 'delete',
  path: '/api/v1/orders/{id}/items/{item_id}',
  summary: 'Take a line out of a draft',
  request: { params: orderItemPath },
  responses: { 200: taggedAnswer('The draft; `ETag`', orderSchema), ...problemResponses(notEditable) },
})

const setAddressesRoute = createRoute({
  tags,
  method: 'put',
  path: '/api/v1/orders/{id}/addresses',
  summary: 'Say where a draft goes, and who is billed',
  request: { params: orderPath, body: jsonBody(addressesSchema) },
  responses: { 200: taggedAnswer('The draft; `ETag`', orderSchema), ...problemResponses(notEditable) },
})
