import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { entityTag, isUnchanged } from '../kit/entity-tags.ts'
import type { Guard } from '../kit/guard.ts'
import { fingerprint, idempotencyHeaders } from '../kit/idempotency-key.ts'
import { idempotencyProblems } from '../kit/idempotency-store.ts'
import { type Cursors, pageOf, paginationProblems } from '../kit/pagination.ts'
import { Problem, problemResponses, problems } from '../kit/problems.ts'
import { createRoutes, forwardedHeaders, jsonAnswer, jsonBody, type RequestEnvironment } from '../kit/routes.ts'
import type { OrdersAccess } from './access.ts'
import type { Catalog } from './catalog-client.ts'
import { orderDraftSchema, orderListQuery, orderPageSchema, orderPath, orderSchema } from './order-contract.ts'
import type { OrderMetrics } from './order-metrics.ts'
import { findOrder, listOrders } from './order-store.ts'
import { placeOrder } from './place-order.ts'
import { orderProblems } from './problems.ts'
import type { OrdersTables } from './schema.ts'

export type OrderRouteParts = {
  readonly database: Kysely<OrdersTables>
  readonly catalog: Catalog
  readonly cursors: Cursors
  readonly metrics: OrderMetrics
  readonly guard: Guard<OrdersAccess>
  newId(): string
}

export function orderRoutes(parts: OrderRouteParts): OpenAPIHono<RequestEnvironment> {
  const { database, cursors, metrics, guard } = parts
  const routes = createRoutes()
  const tags = ['orders']

  routes.openapi(
    createRoute({
      ...guard.user('createOrder'),
      tags,
      method: 'post',
      path: '/api/v1/orders',
      summary: 'Order products at the catalog’s prices and hold their stock',
      request: { headers: idempotencyHeaders, body: jsonBody(orderDraftSchema) },
      responses: {
        201: jsonAnswer('The order, pending until it is paid', orderSchema),
        ...problemResponses(...Object.values(idempotencyProblems), ...Object.values(orderProblems)),
      },
    }),
    async (c) => {
      const { body, headers } = await metrics.counted(
        placeOrder(parts, {
          principal: c.var.principal,
          draft: c.req.valid('json'),
          key: c.req.valid('header')['idempotency-key'],
          fingerprint: fingerprint({ method: c.req.method, path: c.req.path, body: await c.req.json() }),
          requestId: c.var.requestId,
          forwarded: forwardedHeaders(c),
          logger: c.var.log(),
        }),
      )
      return c.json(JSON.parse(body), 201, headers)
    },
  )

  routes.openapi(
    createRoute({
      ...guard.user('listOrders'),
      tags,
      method: 'get',
      path: '/api/v1/orders',
      summary: 'Own orders; everybody’s for an admin',
      request: { query: orderListQuery },
      responses: {
        200: jsonAnswer('A page of orders', orderPageSchema),
        ...problemResponses(paginationProblems.cursor),
      },
    }),
    async (c) => {
      const { limit, cursor, status, sort } = c.req.valid('query')
      const { userId, role } = c.var.principal
      const whose = role === 'admin' ? undefined : userId
      const query = { list: 'orders', whose, status, sort }
      const schema = z.tuple([z.uuid()])
      const [afterId] = cursor === undefined ? [] : cursors.open(cursor, { query, schema })
      const order = sort === '-created_at' ? 'newest-first' : 'oldest-first'
      const rows = await listOrders(database, { userId: whose, status, order, afterId, limit: limit + 1 })
      const page = pageOf(rows, { limit, cursorAfter: (last) => cursors.sign([last.id], query) })
      return c.json(orderPageSchema.parse(page), 200)
    },
  )

  routes.openapi(
    createRoute({
      ...guard.user('getOrder'),
      tags,
      method: 'get',
      path: '/api/v1/orders/{id}',
      summary: 'One order, for its owner or an admin',
      request: { params: orderPath },
      responses: {
        200: jsonAnswer('The order; `ETag`', orderSchema),
        304: { description: 'Not changed since the tag in If-None-Match' },
        ...problemResponses(),
      },
    }),
    async (c) => {
      const order = await findOrder(database, c.req.valid('param').id)
      const { userId, role } = c.var.principal
      if (order === undefined || (order.user_id !== userId && role !== 'admin')) throw new Problem(problems.notFound)
      const tag = entityTag(order.version)
      c.header('ETag', tag)
      if (isUnchanged(c.req.header('if-none-match'), tag)) return c.body(null, 304)
      return c.json(orderSchema.parse(order), 200)
    },
  )
  return routes
}
