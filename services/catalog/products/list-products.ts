import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { z } from 'zod'
import { type Cursors, type ListQuery, type Page, pageOf } from '../../kit/pagination.ts'
import type { CatalogTables } from '../schema.ts'
import type { listedProductSchema, ProductListQuery, ProductSort } from './product-schemas.ts'
import { type ProductRow, productColumns, renderProduct } from './products.ts'

type ListedProduct = z.output<typeof listedProductSchema>
type ListedRow = ProductRow & { available: number; position: string | number }
type Catalog = { readonly database: Kysely<CatalogTables>; readonly cursors: Cursors }

/** One page of the products that can be bought, in one statement; the stock is live. */
export async function listProducts(
  { database, cursors }: Catalog,
  query: ProductListQuery,
): Promise<Page<ListedProduct>> {
  const { limit, cursor, ...filters } = query
  const sort = filters.sort ?? (filters.q === undefined ? '-created_at' : 'relevance')
  const described: ListQuery = { list: 'products', ...filters, sort }
  const order = orderOf(sort, filters.q)
  const direction = order.descending ? sql`desc` : sql`asc`
  const start =
    cursor === undefined ? [] : [after(order, cursors.open(cursor, { query: described, schema: order.position }))]

  const { rows } = await sql<ListedRow>`
    select ${sql.join(productColumns.map((column) => sql.ref(column)))},
      i.quantity - i.reserved as available, ${order.shown} as position
    from products p join inventory i on i.product_id = p.id
    where ${sql.join([...conditionsOf(filters), ...start], sql` and `)}
    order by ${order.key} ${direction}, p.id ${direction}
    limit ${limit + 1}`.execute(database)

  const page = pageOf(rows, { limit, cursorAfter: (last) => cursors.sign([last.position, last.id], described) })
  return { ...page, data: page.data.map(renderListed) }
}

function renderListed(row: ListedRow): ListedProduct {
  return { ...renderProduct(row), available: row.available }
}

type Filters = Omit<ProductListQuery, 'limit' | 'cursor' | 'sort'>

function conditionsOf({ q, category, price_min, price_max, in_stock }: Filters): RawBuilder<SqlBool>[] {
  const conditions = [sql<SqlBool>`p.deleted_at is null and p.active`]
  if (q !== undefined) conditions.push(sql`p.search @@ websearch_to_tsquery('english', ${q})`)
  if (price_min !== undefined) conditions.push(sql`p.price >= ${price_min}`)
  if (price_max !== undefined) conditions.push(sql`p.price <= ${price_max}`)
  if (in_stock === true) conditions.push(sql`i.quantity > i.reserved`)
  if (in_stock === false) conditions.push(sql`i.quantity = i.reserved`)
  if (category !== undefined) conditions.push(sql`p.category_id = any (array(${descendantsOf(category)}))`)
  return conditions
}

function descendantsOf(category: string) {
  return sql`
    with recursive below as (
      select id from categories where id = ${category}::uuid
      union
      select c.id from categories c join below on c.parent_id = below.id
    )
    select id from below`
}

type Order = {
  /** What the rows are sorted by, before the id. */
  readonly key: RawBuilder<unknown>
  /** The same as JSON can carry it, and what it becomes again in a comparison. */
  readonly shown: RawBuilder<unknown>
  readonly type: RawBuilder<unknown>
  readonly position: z.ZodType<readonly [string | number, string]>
  readonly descending: boolean
}

const textPosition = z.tuple([z.string(), z.uuid()])
const numberPosition = z.tuple([z.number(), z.uuid()])

function orderOf(sort: ProductSort, q: string | undefined): Order {
  const descending = sort.startsWith('-') || sort === 'relevance'
  if (sort === 'relevance') {
    // A whole number, because a float does not survive its way through JSON and back into a comparison.
    const rank = sql`round(1000000 * ts_rank(p.search, websearch_to_tsquery('english', ${q ?? ''})))::integer`
    return { key: rank, shown: rank, type: sql`integer`, position: numberPosition, descending }
  }
  if (sort === 'price' || sort === '-price') {
    return { key: sql`p.price`, shown: sql`p.price`, type: sql`bigint`, position: numberPosition, descending }
  }
  if (sort === 'name' || sort === '-name') {
    return { key: sql`p.name`, shown: sql`p.name`, type: sql`text`, position: textPosition, descending }
  }
  const shown = sql`to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  return { key: sql`p.created_at`, shown, type: sql`timestamptz`, position: textPosition, descending }
}

function after(order: Order, [value, id]: readonly [string | number, string]): RawBuilder<SqlBool> {
  const comparison = order.descending ? sql`<` : sql`>`
  return sql`(${order.key}, p.id) ${comparison} (${value}::${order.type}, ${id}::uuid)`
}
