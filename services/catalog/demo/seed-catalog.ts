import { type Kysely, sql } from 'kysely'
import type { CatalogTables } from '../schema.ts'
import { demoCatalog } from './demo-catalog.ts'

/** A fixed moment, so that seeding again makes the same rows. */
const seededAt = new Date('2026-01-05T08:00:00.000Z')
const reference = 'demo:stock'

type Seeded = { readonly categories: number; readonly products: number; readonly added: number }

/** Puts in what is not there yet; what is there, also stock that has been bought since, stays as it is. */
export async function seedCatalog(database: Kysely<CatalogTables>): Promise<Seeded> {
  const categories = demoCatalog.map(({ name }, index) => ({
    id: demoId({ kind: 'category', number: index + 1 }),
    name,
  }))
  const products = demoCatalog
    .flatMap((category, index) => category.products.map((product) => ({ product, category_id: categories[index]?.id })))
    .map((row, index) => ({
      ...row.product,
      id: demoId({ kind: 'product', number: index + 1 }),
      category_id: row.category_id,
      // One a minute, so that the newest-first list has an order.
      created_at: new Date(seededAt.getTime() + index * 60_000),
    }))

  const added = await database.transaction().execute(async (transaction) => {
    await sql`
      insert into categories (id, name, created_at, updated_at)
      select id, name, ${seededAt}::timestamptz, ${seededAt}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(categories)}::jsonb) as demo (id uuid, name text)
      on conflict do nothing`.execute(transaction)
    const { rows } = await sql<{ added: number }>`
      with demo as (
        select * from jsonb_to_recordset(${JSON.stringify(products)}::jsonb) as demo (id uuid, sku text, name text,
          brand text, description text, price bigint, category_id uuid, stock integer, created_at timestamptz)
      ), product as (
        insert into products (id, sku, name, brand, description, price, currency, category_id, created_at, updated_at)
        select id, sku, name, brand, description, price, 'EUR', category_id, created_at, created_at from demo
        where category_id in (select id from categories)
        on conflict do nothing returning id
      ), stock as (
        insert into inventory (product_id, quantity, location)
        select product.id, demo.stock, 'main' from product join demo on demo.id = product.id
        returning product_id, quantity
      ), movement as (
        insert into inventory_movements (product_id, delta, reason, reference)
        select product_id, quantity, 'adjust', ${reference} from stock where quantity > 0
      )
      select count(*) as added from stock`.execute(transaction)
    return rows[0]?.added ?? 0
  })
  return { categories: categories.length, products: products.length, added }
}

const series = { category: '00c0', product: '0000' } as const

/** A UUID of version 7 as of the fixed moment, with a number that can be recognised. */
export function demoId({ kind, number }: { readonly kind: keyof typeof series; readonly number: number }): string {
  const moment = seededAt.getTime().toString(16).padStart(12, '0')
  return `${moment.slice(0, 8)}-${moment.slice(8)}-7000-8000-${series[kind]}${number.toString().padStart(8, '0')}`
}
