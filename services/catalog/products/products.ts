import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { entityTag } from '../../kit/entity-tags.ts'
import type { CatalogTables } from '../schema.ts'
import { type Product, productSchema } from './product-schemas.ts'

const columns = [
  'id',
  'sku',
  'name',
  'brand',
  'description',
  'price',
  'currency',
  'category_id',
  'image_key',
  'active',
  'rating_count',
  'rating_sum',
  'version',
  'revision',
  'created_at',
  'updated_at',
] as const

/** What is read of a product, from the table or part of a statement that has this name. */
export const productColumns = (source: string): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql.ref(`${source}.${column}`)))

export type ProductRow = Omit<Selectable<CatalogTables['products']>, 'search' | 'deleted_at'>

export type TaggedProduct = {
  readonly product: Product
  readonly tag: string
  /** Rises with every change, also where the version that If-Match compares stays. */
  readonly revision: number
}

/** A product that can be bought. */
export async function findProduct(database: Kysely<CatalogTables>, id: string): Promise<TaggedProduct | undefined> {
  const { rows } = await sql<ProductRow>`
    select ${productColumns('p')} from products p
    where p.id = ${id}::uuid and p.deleted_at is null and p.active`.execute(database)
  return rows[0] && tagged(rows[0])
}

/** The body of a row; columns that the schema does not name stay here. */
export function renderProduct(row: ProductRow): Product {
  const { rating_count: count, rating_sum: sum } = row
  const average = count === 0 ? null : Math.round((sum / count) * 100) / 100
  return productSchema.parse({
    ...row,
    rating: { count, average },
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  })
}

export function tagged(row: ProductRow): TaggedProduct {
  const { version, rating_count: count, rating_sum: sum, revision } = row
  return { product: renderProduct(row), tag: entityTag(version, count, sum), revision }
}
