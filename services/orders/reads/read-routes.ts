import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { entityTag, isUnchanged } from '../../kit/entity-tags.ts'
import type { Guard } from '../../kit/guard.ts'
import { type Cursors, pageOf, paginationProblems } from '../../kit/pagination.ts'
import type { UserPrincipal } from '../../kit/principal.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, type RequestEnvironment } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import {
  historyPageSchema,
  orderListQuery,
  orderPageSchema,
  orderPath,
  orderSchema,
  pageQuery,
  refundPageSchema,
} from '../order-contract.ts'
import type { OrdersTables } from '../schema.ts'
import { findOrder, refundsOf } from './find-order.ts'
import { listHistory, listOrders } from './list-orders.ts'

type Parts = {
  readonly database: Kysely<OrdersTables>
  readonly cursors: Cursors
  readonly guard: Guard<OrdersAccess>
}

/** Undefined: anybody's, for an admin. */
export const ownerIdOf = ({ role, userId }: UserPrincipal): string | undefined =>
  role === 'admin' ? undefined : userId

export function addReadRoutes(routes: OpenAPIHono<RequestEnvironment>, { database, cursors, guard }: Parts): void {
  routes.openapi({ ...listRoute, ...guard.user('listOrders') }, async (c) => {
    const { limit, cursor, status, payment_status, from, to, sort } = c.req.valid('query')
    const whose = ownerIdOf(c.var.principal)
    const query = { list: 'orders', whose, status, payment_status, from, to, sort }
    const [afterId] = cursor === undefined ? [] : cursors.open(cursor, { query, schema: z.tuple([z.uuid()]) })
    const rows = await listOrders(database, {
      userId: whose,
      status,
      paymentStatus: payment_status,
      from: dateOf(from),
      to: dateOf(to),
      order: sort === '-created_at' ? 'newest-first' : 'oldest-first',
      afterId,
      limit: limit + 1,
    })
    const page = pageOf(rows, { limit, cursorAfter: (last) => cursors.sign([last.id], query) })
    return c.json(orderPageSchema.parse(page), 200)
  })

  routes.openapi({ ...getRoute, ...guard.user('getOrder') }, async (c) => {
    const order = await findOrder(database, c.req.valid('param').id)
    const ownerId = ownerIdOf(c.var.principal)
    if (order === undefined || (ownerId !== undefined && order.user_id !== ownerId))
      throw new Problem(problems.notFound)
    const tag = entityTag(order.version)
    c.header('ETag', tag)
    if (isUnchanged(c.req.header('if-none-match'), tag)) return c.body(null, 304)
    return c.json(orderSchema.parse(order), 200)
  })

  routes.openapi({ ...historyRoute, ...guard.user('listOrderHistory') }, async (c) => {
    const { id: orderId } = c.req.valid('param')
    await assertReadable(database, { orderId, ownerId: ownerIdOf(c.var.principal) })
    const { limit, cursor } = c.req.valid('query')
    const query = { list: 'history', orderId }
    const [afterId] = cursor === undefined ? [] : cursors.open(cursor, { query, schema: z.tuple([z.int()]) })
    const rows = await listHistory(database, { orderId, afterId, limit: limit + 1 })
    const page = pageOf(rows, { limit, cursorAfter: (last) => cursors.sign([last.number], query) })
    return c.json(historyPageSchema.parse(page), 200)
  })

  routes.openapi({ ...refundsRoute, ...guard.user('listOrderRefunds') }, async (c) => {
    const { id: orderId } = c.req.valid('param')
    await assertReadable(database, { orderId, ownerId: ownerIdOf(c.var.principal) })
    const { limit, cursor } = c.req.valid('query')
    const query = { list: 'refunds', orderId }
    const [afterId] = cursor === undefined ? [] : cursors.open(cursor, { query, schema: z.tuple([z.uuid()]) })
    const rows = await refundsOf(database, { orderId, afterId, limit: limit + 1 })
    const page = pageOf(rows, { limit, cursorAfter: (last) => cursors.sign([last.id], query) })
    return c.json(refundPageSchema.parse(page), 200)
  })
}

const dateOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

type Readable = { readonly orderId: string; readonly ownerId: string | undefined }

async function assertReadable(database: Kysely<OrdersTables>, { orderId, ownerId }: Readable): Promise<void> {
  const order = await database.selectFrom('orders').select('user_id').where('id', '=', orderId).executeTakeFirst()
  if (order === undefined || (ownerId !== undefined && order.user_id !== ownerId)) throw new Problem(problems.notFound)
}

const tags = ['orders']

const listRoute = createRoute({
  tags,
  method: 'get',
  path: '/api/v1/orders',
  summary: 'Own orders; everybody’s for an admin',
  request: { query: orderListQuery },
  responses: { 200: jsonAnswer('A page of orders', orderPageSchema), ...problemResponses(paginationProblems.cursor) },
})

const getRoute = createRoute({
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
})

const historyRoute = createRoute({
  tags,
  method: 'get',
  path: '/api/v1/orders/{id}/history',
  summary: 'Every change of status, oldest first',
  request: { params: orderPath, query: pageQuery },
  responses: {
    200: jsonAnswer('A page of changes', historyPageSchema),
    ...problemResponses(paginationProblems.cursor),
  },
})

const refundsRoute = createRoute({
  tags,
  method: 'get',
  path: '/api/v1/orders/{id}/refunds',
  summary: 'What was given back or is on its way, oldest first',
  request: { params: orderPath, query: pageQuery },
  responses: { 200: jsonAnswer('A page of refunds', refundPageSchema), ...problemResponses(paginationProblems.cursor) },
})
