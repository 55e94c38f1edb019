import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { paginationProblems } from '../../kit/pagination.ts'
import { problemResponses } from '../../kit/problems.ts'
import { pageParameters } from '../../kit/query-parameters.ts'
import { jsonAnswer, type RequestEnvironment } from '../../kit/routes.ts'
import { categoryPageSchema, categoryTreeSchema } from './category-schemas.ts'
import { type CategorySource, categoryTree, listCategories } from './list-categories.ts'

export function addCategoryRoutes(routes: OpenAPIHono<RequestEnvironment>, source: CategorySource): void {
  routes.openapi(listRoute, async (c) => {
    const { view, ...paging } = c.req.valid('query')
    if (view === 'tree') return c.json(categoryTreeSchema.parse({ data: await categoryTree(source.database) }), 200)
    return c.json(categoryPageSchema.parse(await listCategories(source, paging)), 200)
  })
}

const listRoute = createRoute({
  operationId: 'listCategories',
  method: 'get',
  path: '/api/v1/categories',
  tags: ['categories'],
  summary: 'List categories, flat by name or as a tree',
  request: {
    query: z.strictObject({
      view: z.enum(['flat', 'tree']).default('flat').openapi({ description: '`tree` is whole and not paged' }),
      ...pageParameters,
    }),
  },
  responses: {
    200: jsonAnswer('One page, or the whole tree', z.union([categoryPageSchema, categoryTreeSchema])),
    ...problemResponses(paginationProblems.cursor),
  },
})
