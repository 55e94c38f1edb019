import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { isUnchanged } from '../../kit/entity-tags.ts'
import type { Guard } from '../../kit/guard.ts'
import { type Cursors, paginationProblems } from '../../kit/pagination.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import type { CatalogTables } from '../schema.ts'
import type { ProductSearch } from '../search/product-search.ts'
import { listProducts } from './list-products.ts'
import type { ProductReader } from './product-cache.ts'
import {
  productIdParameter,
  productListQuerySchema,
  productPageSchema,
  productSchema,
  relatedProductsSchema,
  relatedQuerySchema,
} from './product-schemas.ts'
import { relatedProducts } from './related-products.ts'

type Parts = Pick<ProductReader, 'readProduct'> & {
  readonly database: Kysely<CatalogTables>
  readonly cursors: Cursors
  readonly search: ProductSearch
  readonly guard: Guard<CatalogAccess>
}

export function addProductRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, cursors, search, guard } = parts

  routes.openapi({ ...listRoute, ...guard.anyone('listProducts') }, async (c) => {
    const page = await listProducts({ database, cursors, search }, c.req.valid('query'))
    return c.json(productPageSchema.parse(page), 200)
  })

  routes.openapi({ ...getRoute, ...guard.anyone('getProduct') }, async (c) => {
    const { value, ageSeconds } = await parts.readProduct(c.req.valid('param').id)
    if (value === null) throw new Problem(problems.notFound)
    const { product, tag } = value
    c.header('ETag', tag)
    if (ageSeconds > 0) c.header('Age', String(ageSeconds))
    if (isUnchanged(c.req.header('if-none-match'), tag)) return c.body(null, 304)
    return c.json(product, 200)
  })

  routes.openapi({ ...relatedRoute, ...guard.anyone('relatedProducts') }, async (c) => {
    const { id } = c.req.valid('param')
    const data = await relatedProducts(database, { id, limit: c.req.valid('query').limit })
    return c.json(relatedProductsSchema.parse({ data }), 200)
  })
}

const listRoute = createRoute({
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

const ageHeader = {
  Age: { description: 'seconds since it was read, where it is a copy', schema: { type: 'integer' } },
} as const

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/products/{id}',
  tags: ['products'],
  summary: 'Get one product',
  request: { params: productIdParameter },
  responses: {
    200: { ...jsonAnswer('The product; `ETag` for If-None-Match', productSchema), headers: ageHeader },
    304: { description: 'Not changed since the tag in If-None-Match', headers: ageHeader },
    ...problemResponses(),
  },
})

const relatedRoute = createRoute({
  method: 'get',
  path: '/api/v1/products/{id}/related',
  tags: ['products'],
  summary: 'List what is bought with a product, then what is like it',
  request: { params: productIdParameter, query: relatedQuerySchema },
  responses: {
    200: jsonAnswer('Never the product itself, and only what can be bought', relatedProductsSchema),
    ...problemResponses(),
  },
})
