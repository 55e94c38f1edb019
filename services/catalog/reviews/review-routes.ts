import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Guard } from '../../kit/guard.ts'
import { type Cursors, paginationProblems } from '../../kit/pagination.ts'
import { problemResponses } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import { originOf } from '../audit.ts'
import { catalogProblems } from '../problems.ts'
import type { ProductReader } from '../products/product-cache.ts'
import type { CatalogTables } from '../schema.ts'
import { listReviews } from './list-reviews.ts'
import { createReview, deleteReview, updateReview } from './review-changes.ts'
import {
  reviewContentSchema,
  reviewedProductParameter,
  reviewListQuerySchema,
  reviewPageSchema,
  reviewParameters,
  reviewSchema,
} from './review-schemas.ts'

type Parts = Pick<ProductReader, 'afterProductChange'> & {
  readonly database: Kysely<CatalogTables>
  readonly cursors: Cursors
  readonly guard: Guard<CatalogAccess>
  newId(): string
}

export function addReviewRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, cursors, guard } = parts

  routes.openapi({ ...listRoute, ...guard.anyone('listReviews') }, async (c) => {
    const query = { ...c.req.valid('query'), productId: c.req.valid('param').id }
    return c.json(reviewPageSchema.parse(await listReviews({ database, cursors }, query)), 200)
  })

  routes.openapi({ ...createReviewRoute, ...guard.user('createReview') }, async (c) => {
    const { id: productId } = c.req.valid('param')
    const { userId } = c.get('principal')
    const creation = { id: parts.newId(), productId, userId, content: c.req.valid('json') }
    const { review, productRevision } = await createReview(database, creation)
    await parts.afterProductChange(productId, productRevision)
    return c.json(review, 201, { Location: `/api/v1/products/${productId}/reviews/${review.id}` })
  })

  routes.openapi({ ...updateReviewRoute, ...guard.user('updateReview') }, async (c) => {
    const { id: productId, review_id: id } = c.req.valid('param')
    const change = { id, productId, by: c.get('principal'), origin: originOf(c), content: c.req.valid('json') }
    const { review, productRevision } = await updateReview(database, change)
    await parts.afterProductChange(productId, productRevision)
    return c.json(review, 200)
  })

  routes.openapi({ ...deleteReviewRoute, ...guard.user('deleteReview') }, async (c) => {
    const { id: productId, review_id: id } = c.req.valid('param')
    const change = { id, productId, by: c.get('principal'), origin: originOf(c) }
    const { productRevision } = await deleteReview(database, change)
    await parts.afterProductChange(productId, productRevision)
    return c.body(null, 204)
  })
}

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/products/{id}/reviews',
  tags: ['reviews'],
  summary: 'List the reviews of a product',
  request: { params: reviewedProductParameter, query: reviewListQuerySchema },
  responses: {
    200: jsonAnswer('One page of reviews', reviewPageSchema),
    ...problemResponses(paginationProblems.cursor),
  },
})

const createReviewRoute = createRoute({
  method: 'post',
  path: '/api/v1/products/{id}/reviews',
  tags: ['reviews'],
  summary: 'Review a product, once',
  request: { params: reviewedProductParameter, body: jsonBody(reviewContentSchema) },
  responses: {
    201: jsonAnswer('The review; `Location`', reviewSchema),
    ...problemResponses(catalogProblems.reviewWritten),
  },
})

const updateReviewRoute = createRoute({
  method: 'put',
  path: '/api/v1/products/{id}/reviews/{review_id}',
  tags: ['reviews'],
  summary: 'Change your review; admins change any',
  request: { params: reviewParameters, body: jsonBody(reviewContentSchema) },
  responses: {
    200: jsonAnswer('The changed review', reviewSchema),
    ...problemResponses(),
  },
})

const deleteReviewRoute = createRoute({
  method: 'delete',
  path: '/api/v1/products/{id}/reviews/{review_id}',
  tags: ['reviews'],
  summary: 'Take your review away; admins take any',
  request: { params: reviewParameters },
  responses: { 204: { description: 'It is gone' }, ...problemResponses() },
})
