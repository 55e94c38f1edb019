import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { bearerSecurity, requireUser, type TokenVerifier } from '../kit/authentication.ts'
import { entityTag } from '../kit/entity-tags.ts'
import { fingerprint, idempotencyHeaders } from '../kit/idempotency-key.ts'
import { idempotencyProblems } from '../kit/idempotency-store.ts'
import { type Cursors, pageOf, paginationProblems } from '../kit/pagination.ts'
import { Problem, problemResponses, problems } from '../kit/problems.ts'
import { createRoutes, forwardedHeaders, jsonAnswer, jsonBody, type RequestEnvironment } from '../kit/routes.ts'
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
  readonly verify: TokenVerifier
  newId(): string
}

export function orderRoutes(parts: OrderRouteParts): OpenAPIHono<RequestEnvironment> {
  const { database, cursors, metrics } = parts
  const routes = createRoutes()
  const signedIn = { middleware: requireUser(parts.verify), security: bearerSecurity, tags: ['orders'] }

  routes.openapi(
    createRoute({
      ...signedIn,
      method: 'post',
      path: '/api/v1/orders',
      operationId: 'createOrder',
      summary: 'Order products at the catalog’s prices and hold their stock',
      request: { headers: idempotencyHeaders, body: jsonBody(orderDraftSchema) },
      responses: {
        201: jsonAnswer('The order, pending until it is paid', orderSchema),
        ...problemResponses(
          problems.unauthenticated,
          problems.tooLarge,
          problems.unsupportedMediaType,
          problems.invalid,
          ...Object.values(idempotencyProblems),
          ...Object.values(orderProblems),
        ),
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
          authorization: c.req.header('authorization') ?? '',
          forwarded: forwardedHeaders(c),
          logger: c.var.log(),
        }),
      )
      return c.json(JSON.parse(body), 201, headers)
    },
  )

  routes.openapi(
    createRoute({
      ...signedIn,
      method: 'get',
      path: '/api/v1/orders',
      operationId: 'listOrders',
      summary: 'Own orders; everybody’s for an admin',
      request: { query: orderListQuery },
      responses: {
        200: jsonAnswer('A page of orders', orderPageSchema),
        ...problemResponses(problems.unauthenticated, paginationProblems.cursor),
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
      ...signedIn,
      method: 'get',
      path: '/api/v1/orders/{id}',
      operationId: 'getOrder',
      summary: 'One order, for its owner or an admin',
      request: { params: orderPath },
      responses: {
        200: jsonAnswer('The order', orderSchema),
        ...problemResponses(problems.unauthenticated, problems.notFound),
      },
    }),
    async (c) => {
      const order = await findOrder(database, c.req.valid('param').id)
      const { userId, role } = c.var.principal
      if (order === undefined || (order.user_id !== userId && role !== 'admin')) throw new Problem(problems.notFound)
      c.header('ETag', entityTag(order.version))
      return c.json(orderSchema.parse(order), 200)
    },
  )
  return routes
}
