import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { preconditionProblems, replaceableVersions } from '../../kit/entity-tags.ts'
import type { Guard } from '../../kit/guard.ts'
import { problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, jsonBody, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import { originOf } from '../audit.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { createCategory, deleteCategory, updateCategory } from './category-changes.ts'
import { categoryContentSchema, categoryIdParameter, categoryWithPathSchema } from './category-schemas.ts'

type Parts = {
  readonly database: Kysely<CatalogTables>
  readonly guard: Guard<CatalogAccess>
  newId(): string
}

export function addCategoryChangeRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, guard } = parts

  routes.openapi({ ...createCategoryRoute, ...guard.user('createCategory') }, async (c) => {
    const id = parts.newId()
    const creation = { id, content: c.req.valid('json'), origin: originOf(c) }
    const { category, tag } = await createCategory(database, creation)
    return c.json(category, 201, { Location: `/api/v1/categories/${id}`, ETag: tag })
  })

  routes.openapi({ ...updateCategoryRoute, ...guard.user('updateCategory') }, async (c) => {
    const replaces = replaceableVersions(c.req.header('if-match'))
    const { id } = c.req.valid('param')
    const change = { id, content: c.req.valid('json'), origin: originOf(c), replaces }
    const { category, tag } = await updateCategory(database, change)
    return c.json(category, 200, { ETag: tag })
  })

  routes.openapi({ ...deleteCategoryRoute, ...guard.user('deleteCategory') }, async (c) => {
    await deleteCategory(database, { id: c.req.valid('param').id, origin: originOf(c) })
    return c.body(null, 204)
  })
}

/** Not found is the parent that the body names. */
const refusals = [problems.notFound, catalogProblems.categoryNameTaken] as const

const createCategoryRoute = createRoute({
  method: 'post',
  path: '/api/v1/categories',
  tags: ['categories'],
  summary: 'Add a category',
  request: { body: jsonBody(categoryContentSchema) },
  responses: {
    201: jsonAnswer('The new category; `Location` and `ETag`', categoryWithPathSchema),
    ...problemResponses(...refusals),
  },
})

const updateCategoryRoute = createRoute({
  method: 'put',
  path: '/api/v1/categories/{id}',
  tags: ['categories'],
  summary: 'Rename or move a category; needs If-Match',
  request: { params: categoryIdParameter, body: jsonBody(categoryContentSchema) },
  responses: {
    200: jsonAnswer('The changed category; `ETag`', categoryWithPathSchema),
    ...problemResponses(
      ...refusals,
      catalogProblems.categoryCycle,
      preconditionProblems.failed,
      preconditionProblems.required,
    ),
  },
})

const deleteCategoryRoute = createRoute({
  method: 'delete',
  path: '/api/v1/categories/{id}',
  tags: ['categories'],
  summary: 'Take an empty category away',
  request: { params: categoryIdParameter },
  responses: {
    204: { description: 'It is gone' },
    ...problemResponses(catalogProblems.categoryNotEmpty),
  },
})
