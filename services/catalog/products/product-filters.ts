import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { ProductListQuery } from './product-schemas.ts'

export type ProductFilters = Pick<ProductListQuery, 'category' | 'price_min' | 'price_max' | 'in_stock'>

/** Conditions on `products p`: what can be bought, and what the filters leave of it. Stock is the table's, now. */
export function productConditions(filters: ProductFilters): RawBuilder<SqlBool>[] {
  const { category, price_min, price_max, in_stock } = filters
  const conditions = [sql<SqlBool>`p.deleted_at is null and p.active`]
  if (price_min !== undefined) conditions.push(sql`p.price >= ${price_min}`)
  if (price_max !== undefined) conditions.push(sql`p.price <= ${price_max}`)
  if (in_stock === true) conditions.push(sql`exists (${stockOf} and i.quantity > i.reserved)`)
  if (in_stock === false) conditions.push(sql`exists (${stockOf} and i.quantity = i.reserved)`)
  if (category !== undefined) conditions.push(sql`p.category_id = any (array(${descendantsOf(category)}))`)
  return conditions
}

const stockOf = sql`select from inventory i where i.product_id = p.id`

function descendantsOf(category: string): RawBuilder<unknown> {
  return sql`
    with recursive below as (
      select id from categories where id = ${category}::uuid
      union
      select c.id from categories c join below on c.parent_id = below.id
    )
    select id from below`
}
