import { type Kysely, sql } from 'kysely'
import type { LoadData } from '../kit/service.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import type { ChangeOrigin } from './audit.ts'
import { createCategory, deleteCategory } from './categories/category-changes.ts'
import { setStock } from './inventory/stock.ts'
import { createProduct, deleteProduct } from './products/product-changes.ts'
import type { CatalogTables } from './schema.ts'

/** More than any run buys. */
const unitsInStock = 1_000_000
const price = 1_990

const originOf = (run: string): ChangeOrigin => ({ actor: 'load test', cause: { requestId: `load-data-${run}` } })
const categoryName = (run: string): string => `Load test ${run}`

/** Products of their own in a category of their own: what customers buy keeps its stock, its stars and its place. */
export const catalogLoadData: LoadData<unknown, CatalogTables> = {
  async make({ database, now }, { run, count }) {
    const origin = originOf(run)
    const content = { name: categoryName(run), parent_id: null }
    const { category } = await createCategory(database, { id: uuidV7(now()), content, origin })
    const products: { id: string; name: string }[] = []
    for (let number = 0; number < count; number++) {
      const made = { id: uuidV7(now()), name: `Load test pan ${number}` }
      const product = {
        sku: `LOAD-${run}-${number}`,
        name: made.name,
        brand: null,
        description: 'Is here for as long as a load test runs.',
        price,
        currency: 'EUR',
        category_id: category.id,
        image_key: null,
      }
      await createProduct(database, { product, id: made.id, origin })
      await setStock(database, { productId: made.id, replaces: 'any', stock: { quantity: unitsInStock }, origin })
      products.push(made)
    }
    return { products }
  },

  async remove({ database }, run) {
    const origin = originOf(run)
    const products = await productsOf(database, run)
    if (products.length > 0) await database.deleteFrom('reviews').where('product_id', 'in', products).execute()
    for (const id of products) await deleteProduct(database, { id, replaces: 'any', origin })
    const category = await database
      .selectFrom('categories')
      .select('id')
      .where('name', '=', categoryName(run))
      .executeTakeFirst()
    if (category !== undefined) await deleteCategory(database, { id: category.id, origin })
    return { removed: products.length, more: false }
  },
}

const productsOf = async (database: Kysely<CatalogTables>, run: string): Promise<readonly string[]> => {
  const rows = await database
    .selectFrom('products')
    .select('id')
    .where(sql<boolean>`sku like ${`LOAD-${run}-%`}`)
    .where('deleted_at', 'is', null)
    .execute()
  return rows.map(({ id }) => id)
}
