import { type Kysely, sql } from 'kysely'
import { type Cursors, type ListQuery, type Page, pageOf } from '../../kit/pagination.ts'
import type { CatalogTables } from '../schema.ts'
import { type ProductSearch, positionSchema, type SearchQuery } from '../search/product-search.ts'
import { findListed, type ListedProduct, type ListedRow, renderListed } from './listed-products.ts'
import { type ProductFilters, productConditions } from './product-filters.ts'
import { after, orderBy, type ProductPosition, productOrder } from './product-order.ts'
import type { ProductListQuery, ProductSort } from './product-schemas.ts'
import { productColumns } from './products.ts'

export type ProductLists = {
  readonly database: Kysely<CatalogTables>
  readonly cursors: Cursors
  readonly search: ProductSearch
}

/** One page of the products that can be bought; the stock is live. */
export async function listProducts(lists: ProductLists, query: ProductListQuery): Promise<Page<ListedProduct>> {
  const { q, sort, ...rest } = query
  if (q !== undefined) return foundProducts(lists, { ...rest, q, sort: sort ?? 'relevance' })
  return sortedProducts(lists, { ...rest, sort: sort === undefined || sort === 'relevance' ? '-created_at' : sort })
}

type Paging = { readonly limit: number; readonly cursor?: string | undefined }
type Sorted = Paging & ProductFilters & { readonly sort: Exclude<ProductSort, 'relevance'> }

async function sortedProducts(lists: ProductLists, query: Sorted): Promise<Page<ListedProduct>> {
  const { database, cursors } = lists
  const { limit, cursor, ...described } = query
  const list: ListQuery = { list: 'products', ...described }
  const order = productOrder(query.sort)
  const from = cursor === undefined ? null : cursors.open(cursor, { query: list, schema: order.position })
  const { rows } = await sql<ListedRow & { position: ProductPosition[0] }>`
    select ${productColumns('p')}, i.quantity - i.reserved as available, ${order.shown} as position
    from products p join inventory i on i.product_id = p.id
    where ${sql.join([...productConditions(query), ...(from === null ? [] : [after(order, from)])], sql` and `)}
    ${orderBy(order)}
    limit ${limit + 1}`.execute(database)
  const page = pageOf(rows, { limit, cursorAfter: (last) => cursors.sign([last.position, last.id], list) })
  return { ...page, data: page.data.map(renderListed) }
}

async function foundProducts(
  lists: ProductLists,
  query: Paging & Omit<SearchQuery, 'after' | 'limit'>,
): Promise<Page<ListedProduct>> {
  const { database, cursors, search } = lists
  const { limit, cursor, ...described } = query
  const list: ListQuery = { list: 'products', ...described }
  const from = cursor === undefined ? null : cursors.open(cursor, { query: list, schema: positionSchema })
  const hits = await search.find({ ...described, limit: limit + 1, after: from })
  const page = pageOf(hits, { limit, cursorAfter: (last) => cursors.sign(last.position, list) })
  const ids = page.data.map(({ id }) => id)
  return { ...page, data: await findListed(database, ids) }
}
