import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { bearerSecurity, requireAdmin, type TokenVerifier } from '../../kit/authentication.ts'
import { isUnchanged } from '../../kit/entity-tags.ts'
import { type Cursors, paginationProblems } from '../../kit/pagination.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { listProducts } from './list-products.ts'
import {
  newProductSchema,
  productIdParameter,
  productListQuerySchema,
  productPageSchema,
  productSchema,
} from './product-schemas.ts'
import { createProduct, findProduct } from './products.ts'

type Parts = {
  readonly database: Kysely<CatalogTables>
  readonly cursors: Cursors
  readonly verify: TokenVerifier
  newId(): string
}

export function addProductRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, cursors } = parts

  routes.openapi(listRoute, async (c) => {
    const page = await listProducts({ database, cursors }, c.req.valid('query'))
    return c.json(productPageSchema.parse(page), 200)
  })

  routes.openapi(getRoute, async (c) => {
    const found = await findProduct(database, c.req.valid('param').id)
    if (found === undefined) throw new Problem(problems.notFound)
    const { product, tag } = found
    c.header('ETag', tag)
    if (isUnchanged(c.req.header('if-none-match'), tag)) return c.body(null, 304)
    return c.json(product, 200)
  })

  routes.openapi({ ...createProductRoute, middleware: requireAdmin(parts.verify) }, async (c) => {
    const { product, tag } = await createProduct(database, { ...c.req.valid('json'), id: parts.newId() })
    return c.json(product, 201, { Location: `/api/v1/products/${product.id}`, ETag: tag })
  })
}

const listRoute = createRoute({
  operationId: 'listProducts',
  method: 'get',
  path: '/api/v1/products',
  tags: ['products'],
  summary: 'List products that can be bought',
  request: { query: productListQuerySchema },
  responses: {
    200: jsonAnswer('One page of products', productPageSchema),
    ...problemResponses(paginationProblems.cursor),
  },
})

const getRoute = createRoute({
  operationId: 'getProduct',
  method: 'get',
  path: '/api/v1/products/{id}',
  tags: ['products'],
  summary: 'Get one product',
  request: { params: productIdParameter },
  responses: {
    200: jsonAnswer('The product; `ETag` for If-None-Match', productSchema),
    304: { description: 'Not changed since the tag in If-None-Match' },
    ...problemResponses(problems.notFound),
  },
})

const createProductRoute = createRoute({
  operationId: 'createProduct',
  method: 'post',
  path: '/api/v1/products',
  tags: ['products'],
  summary: 'Add a product, with a stock of 0',
  security: bearerSecurity,
  request: { body: jsonBody(newProductSchema) },
  responses: {
    201: jsonAnswer('The new product; `Location` and `ETag`', productSchema),
    ...problemResponses(
      problems.unauthenticated,
      problems.forbidden,
      catalogProblems.skuTaken,
      problems.tooLarge,
      problems.unsupportedMediaType,
      problems.invalid,
    ),
  },
})
