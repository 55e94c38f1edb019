import { type Kysely, sql } from 'kysely'
import type { z } from 'zod'
import type { CatalogTables } from '../schema.ts'
import type { listedProductSchema } from './product-schemas.ts'
import { type ProductRow, productColumns, renderProduct } from './products.ts'

export type ListedProduct = z.output<typeof listedProductSchema>
export type ListedRow = ProductRow & { available: number }

export function renderListed(row: ListedRow): ListedProduct {
  return { ...renderProduct(row), available: row.available }
}

/** Those of the ids that can be bought, in their order, with their stock as it is now. */
export async function findListed(
  database: Kysely<CatalogTables>,
  ids: readonly string[],
): Promise<readonly ListedProduct[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<ListedRow>`
    select ${productColumns('p')}, i.quantity - i.reserved as available
    from products p join inventory i on i.product_id = p.id
    where p.id = any (${[...ids]}::uuid[]) and p.deleted_at is null and p.active`.execute(database)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    return row === undefined ? [] : [renderListed(row)]
  })
}
