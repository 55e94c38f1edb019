import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { preconditionProblems, replaceableVersions } from '../../kit/entity-tags.ts'
import type { Guard } from '../../kit/guard.ts'
import { problemResponses } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import { originOf } from '../audit.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import type { ProductReader } from './product-cache.ts'
import { createProduct, deleteProduct, updateProduct } from './product-changes.ts'
import { changedProductSchema, newProductSchema, productIdParameter, productSchema } from './product-schemas.ts'

type Parts = Pick<ProductReader, 'afterProductChange'> & {
  readonly database: Kysely<CatalogTables>
  readonly guard: Guard<CatalogAccess>
  newId(): string
}

export function addProductChangeRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, guard } = parts

  routes.openapi({ ...createProductRoute, ...guard.user('createProduct') }, async (c) => {
    const creation = { product: c.req.valid('json'), id: parts.newId(), origin: originOf(c) }
    const { product, tag, revision } = await createProduct(database, creation)
    await parts.afterProductChange(product.id, revision)
    return c.json(product, 201, { Location: `/api/v1/products/${product.id}`, ETag: tag })
  })

  routes.openapi({ ...updateProductRoute, ...guard.user('updateProduct') }, async (c) => {
    const replaces = replaceableVersions(c.req.header('if-match'))
    const { id } = c.req.valid('param')
    const change = { id, replaces, product: c.req.valid('json'), origin: originOf(c) }
    const { product, tag, revision } = await updateProduct(database, change)
    await parts.afterProductChange(id, revision)
    return c.json(product, 200, { ETag: tag })
  })

  routes.openapi({ ...deleteProductRoute, ...guard.user('deleteProduct') }, async (c) => {
    const replaces = replaceableVersions(c.req.header('if-match'))
    const { id } = c.req.valid('param')
    const { revision } = await deleteProduct(database, { id, replaces, origin: originOf(c) })
    await parts.afterProductChange(id, revision)
    return c.body(null, 204)
  })
}

const createProductRoute = createRoute({
  method: 'post',
  path: '/api/v1/products',
  tags: ['products'],
  summary: 'Add a product, with a stock of 0',
  request: { body: jsonBody(newProductSchema) },
  responses: {
    201: jsonAnswer('The new product; `Location` and `ETag`', productSchema),
    ...problemResponses(catalogProblems.skuTaken),
  },
})

const updateProductRoute = createRoute({
  method: 'put',
  path: '/api/v1/products/{id}',
  tags: ['products'],
  summary: 'Replace a product; needs If-Match',
  request: { params: productIdParameter, body: jsonBody(changedProductSchema) },
  responses: {
    200: jsonAnswer('The changed product; `ETag`', productSchema),
    ...problemResponses(catalogProblems.skuTaken, preconditionProblems.failed, preconditionProblems.required),
  },
})

const deleteProductRoute = createRoute({
  method: 'delete',
  path: '/api/v1/products/{id}',
  tags: ['products'],
  summary: 'Take a product away; what is held of it can still be sold. Needs If-Match',
  request: { params: productIdParameter },
  responses: {
    204: { description: 'It is gone, and its SKU is free again' },
    ...problemResponses(preconditionProblems.failed, preconditionProblems.required),
  },
})
