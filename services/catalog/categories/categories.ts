import { type Kysely, type RawBuilder, sql } from 'kysely'
import { entityTag } from '../../kit/entity-tags.ts'
import type { CatalogTables } from '../schema.ts'
import { type Category, type CategoryWithPath, categoryWithPathSchema } from './category-schemas.ts'

export const columnsOfCategory = ['id', 'name', 'parent_id', 'version', 'created_at', 'updated_at'] as const

/** What is read of a category, from the table or part of a statement that has this name. */
export const categoryColumns = (source: string): RawBuilder<unknown> =>
  sql.join(columnsOfCategory.map((column) => sql.ref(`${source}.${column}`)))

export type CategoryRow = Omit<Category, 'created_at' | 'updated_at'> & { created_at: Date; updated_at: Date }

export function renderCategory({ id, name, parent_id, version, created_at, updated_at }: CategoryRow): Category {
  return { id, name, parent_id, version, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() }
}

export type TaggedCategory = { readonly category: CategoryWithPath; readonly tag: string }
type Step = { readonly id: string; readonly name: string; readonly version: number }

/** A category with its path. What stands above it is part of its tag, because it is part of its body. */
export async function findCategory(database: Kysely<CatalogTables>, id: string): Promise<TaggedCategory | undefined> {
  const { rows } = await sql<CategoryRow & { path: readonly Step[] }>`
    with recursive above as (
      select c.id, c.name, c.version, c.parent_id, 0 as distance from categories c where c.id = ${id}::uuid
      union
      select c.id, c.name, c.version, c.parent_id, above.distance + 1 from categories c join above on c.id = above.parent_id
    )
    select ${categoryColumns('c')},
      (select json_agg(json_build_object('id', id, 'name', name, 'version', version) order by distance desc) from above)
        as path
    from categories c where c.id = ${id}::uuid`.execute(database)
  const row = rows[0]
  if (row === undefined) return undefined
  const category = categoryWithPathSchema.parse({ ...renderCategory(row), path: row.path })
  const above = row.path.slice(0, -1).map((step) => step.version)
  return { category, tag: entityTag(row.version, ...above) }
}
