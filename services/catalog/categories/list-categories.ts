import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { type Cursors, type Page, pageOf } from '../../kit/pagination.ts'
import type { CatalogTables } from '../schema.ts'
import { columnsOfCategory, renderCategory } from './categories.ts'
import type { Category, CategoryNode } from './category-schemas.ts'

export type CategorySource = { readonly database: Kysely<CatalogTables>; readonly cursors: Cursors }

const described = { list: 'categories' } as const
const positionSchema = z.tuple([z.string(), z.uuid()])

/** One page of all categories by name. */
export async function listCategories(
  { database, cursors }: CategorySource,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Category>> {
  const from = cursor === undefined ? undefined : cursors.open(cursor, { query: described, schema: positionSchema })
  const rows = await database
    .selectFrom('categories')
    .select(columnsOfCategory)
    .$if(from !== undefined, (query) => query.where(sql<boolean>`(name, id) > (${from?.[0]}, ${from?.[1]}::uuid)`))
    .orderBy('name')
    .orderBy('id')
    .limit(limit + 1)
    .execute()
  const page = pageOf(rows, { limit, cursorAfter: (last) => cursors.sign([last.name, last.id], described) })
  return { ...page, data: page.data.map(renderCategory) }
}

/** All categories, each with those below it, by name. */
export async function categoryTree(database: Kysely<CatalogTables>): Promise<CategoryNode[]> {
  const rows = await database.selectFrom('categories').select(columnsOfCategory).orderBy('name').orderBy('id').execute()
  const nodes = rows.map((row): CategoryNode => ({ ...renderCategory(row), children: [] }))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  for (const node of nodes) byId.get(node.parent_id ?? '')?.children.push(node)
  return nodes.filter((node) => node.parent_id === null)
}
