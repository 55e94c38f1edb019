import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { isUnchanged } from '../../kit/entity-tags.ts'
import type { Guard } from '../../kit/guard.ts'
import { paginationProblems } from '../../kit/pagination.ts'
import { Problem, problemResponses, problems } from '../../kit/problems.ts'
import { pageParameters } from '../../kit/query-parameters.ts'
import { jsonAnswer, type RequestEnvironment } from '../../kit/routes.ts'
import type { CatalogAccess } from '../access.ts'
import { findCategory } from './categories.ts'
import {
  categoryIdParameter,
  categoryPageSchema,
  categoryTreeSchema,
  categoryWithPathSchema,
} from './category-schemas.ts'
import { type CategorySource, categoryTree, listCategories } from './list-categories.ts'

type Parts = CategorySource & { readonly guard: Guard<CatalogAccess> }

export function addCategoryRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { guard, ...source } = parts
  routes.openapi({ ...listRoute, ...guard.anyone('listCategories') }, async (c) => {
    const { view, ...paging } = c.req.valid('query')
    if (view === 'tree') {
      refuseGiven(c.req.query(), Object.keys(pageParameters))
      return c.json(categoryTreeSchema.parse({ data: await categoryTree(source.database) }), 200)
    }
    return c.json(categoryPageSchema.parse(await listCategories(source, paging)), 200)
  })

  routes.openapi({ ...getRoute, ...guard.anyone('getCategory') }, async (c) => {
    const found = await findCategory(source.database, c.req.valid('param').id)
    if (found === undefined) throw new Problem(problems.notFound)
    c.header('ETag', found.tag)
    if (isUnchanged(c.req.header('if-none-match'), found.tag)) return c.body(null, 304)
    return c.json(found.category, 200)
  })
}

/** As they came: one that was left out has its default by now. */
function refuseGiven(query: Readonly<Record<string, string>>, names: readonly string[]): void {
  const given = names.filter((name) => query[name] !== undefined)
  if (given.length === 0) return
  const message = 'must be left out with view=tree, which is whole'
  throw new Problem(problems.malformed, {
    errors: given.map((parameter) => ({ parameter, code: 'not_with_tree', message })),
  })
}

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/categories',
  tags: ['categories'],
  summary: 'List categories, flat by name or as a tree',
  request: {
    query: z.strictObject({
      view: z
        .enum(['flat', 'tree'])
        .default('flat')
        .openapi({ description: '`tree` is whole and takes no `limit` and no `cursor`' }),
      ...pageParameters,
    }),
  },
  responses: {
    200: jsonAnswer('One page, or the whole tree', z.union([categoryPageSchema, categoryTreeSchema])),
    ...problemResponses(paginationProblems.cursor),
  },
})

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/categories/{id}',
  tags: ['categories'],
  summary: 'Get one category with its path from the root',
  request: { params: categoryIdParameter },
  responses: {
    200: jsonAnswer('The category; `ETag`', categoryWithPathSchema),
    304: { description: 'Not changed since the tag in If-None-Match' },
    ...problemResponses(),
  },
})
