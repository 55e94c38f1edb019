import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { entityTag, isUnchanged, preconditionProblems, replaceableVersions } from '../../kit/entity-tags.ts'
import type { Guard } from '../../kit/guard.ts'
import { idSchema } from '../../kit/id-schema.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import { originOf } from '../audit.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { inventoryBusy } from './inventory-busy.ts'
import { findStock, setStock } from './stock.ts'
import type { StockLane } from './stock-lane.ts'
import { newStockSchema, type Stock, stockSchema } from './stock-schemas.ts'

type Parts = {
  readonly database: Kysely<CatalogTables>
  readonly guard: Guard<CatalogAccess>
  readonly stockLane: StockLane
}

export function addStockRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, guard, stockLane } = parts
  routes.openapi({ ...getRoute, ...guard.anyone('getStock') }, async (c) => {
    const stock = await findStock(database, c.req.valid('param').product_id)
    if (stock === undefined) throw new Problem(problems.notFound)
    c.header('ETag', tagOf(stock))
    if (isUnchanged(c.req.header('if-none-match'), tagOf(stock))) return c.body(null, 304)
    return c.json(stock, 200)
  })

  routes.openapi({ ...setRoute, ...guard.user('setStock') }, async (c) => {
    const replaces = replaceableVersions(c.req.header('if-match'))
    const { product_id: productId } = c.req.valid('param')
    const change = { productId, replaces, stock: c.req.valid('json'), origin: originOf(c) }
    const stock = await stockLane(() => setStock(database, change)).catch(inventoryBusy)
    return c.json(stock, 200, { ETag: tagOf(stock) })
  })
}

/** Reserving changes the body but not the version: shoppers must not make an admin's edit stale. */
const tagOf = (stock: Stock) => entityTag(stock.version, stock.reserved)

const params = z.object({ product_id: idSchema.openapi({ param: { name: 'product_id', in: 'path' } }) })

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/inventory/{product_id}',
  tags: ['inventory'],
  summary: 'Get the stock of a product',
  request: { params },
  responses: {
    200: jsonAnswer('The stock; `ETag`', stockSchema),
    304: { description: 'Not changed since the tag in If-None-Match' },
    ...problemResponses(),
  },
})

const setRoute = createRoute({
  method: 'put',
  path: '/api/v1/inventory/{product_id}',
  tags: ['inventory'],
  summary: 'Set the units on hand; needs If-Match',
  request: { params, body: jsonBody(newStockSchema) },
  responses: {
    200: jsonAnswer('The new stock; `ETag`', stockSchema),
    ...problemResponses(
      catalogProblems.belowReserved,
      preconditionProblems.failed,
      preconditionProblems.required,
      catalogProblems.busy,
    ),
  },
})
