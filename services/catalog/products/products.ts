import { type Kysely, type Selectable, sql } from 'kysely'
import { refuseByConstraint } from '../../kit/constraint-problems.ts'
import { entityTag } from '../../kit/entity-tags.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { type NewProduct, type Product, productSchema } from './product-schemas.ts'

export const productColumns = [
  'p.id',
  'p.sku',
  'p.name',
  'p.brand',
  'p.description',
  'p.price',
  'p.currency',
  'p.category_id',
  'p.image_key',
  'p.active',
  'p.rating_count',
  'p.rating_sum',
  'p.version',
  'p.created_at',
  'p.updated_at',
] as const

export type ProductRow = Omit<Selectable<CatalogTables['products']>, 'search' | 'deleted_at'>
export type TaggedProduct = { readonly product: Product; readonly tag: string }

export async function findProduct(database: Kysely<CatalogTables>, id: string): Promise<TaggedProduct | undefined> {
  const row = await database
    .selectFrom('products as p')
    .select(productColumns)
    .where('p.id', '=', id)
    .where('p.deleted_at', 'is', null)
    .where('p.active', '=', true)
    .executeTakeFirst()
  return row === undefined ? undefined : tagged(row)
}

/** With an inventory row of 0, in one transaction. Throws `product/sku-taken`, or 422 for an unknown category. */
export async function createProduct(
  database: Kysely<CatalogTables>,
  product: NewProduct & { readonly id: string },
): Promise<TaggedProduct> {
  const { id } = product
  const { rows } = await database
    .transaction()
    .execute(async (transaction) => {
      const inserted = await sql<ProductRow>`
        insert into products as p (id, sku, name, brand, description, price, currency, category_id, image_key)
        values (${id}, ${product.sku}, ${product.name}, ${product.brand}, ${product.description}, ${product.price},
          ${product.currency}, ${product.category_id}, ${product.image_key})
        returning ${sql.join(productColumns.map((column) => sql.ref(column)))}`.execute(transaction)
      await transaction.insertInto('inventory').values({ product_id: id, quantity: 0, location: 'main' }).execute()
      return inserted
    })
    .catch(refuseByConstraint(refusals))
  const row = rows[0]
  if (row === undefined) throw new Error('an insert returned no row')
  return tagged(row)
}

const refusals = {
  products_sku_key: () => new Problem(catalogProblems.skuTaken),
  products_category_id_fkey: () =>
    new Problem(problems.invalid, {
      errors: [{ pointer: '/category_id', code: 'unknown_category', message: 'No such category' }],
    }),
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

function tagged(row: ProductRow): TaggedProduct {
  return { product: renderProduct(row), tag: entityTag(row.version, row.rating_count, row.rating_sum) }
}
