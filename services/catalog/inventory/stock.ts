import { type Kysely, sql } from 'kysely'
import { refuseByConstraint } from '../../kit/constraint-problems.ts'
import { preconditionProblems } from '../../kit/entity-tags.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { type NewStock, type Stock, stockSchema } from './stock-schemas.ts'

/** The stock of a product that is not deleted, from the table and never from a cache. */
export async function findStock(database: Kysely<CatalogTables>, productId: string): Promise<Stock | undefined> {
  const { rows } = await sql<StockRow>`
    select ${stockColumns} from inventory i join products p on p.id = i.product_id
    where i.product_id = ${productId}::uuid and p.deleted_at is null`.execute(database)
  return rows[0] && renderStock(rows[0])
}

/**
 * Sets the units on hand and writes down the difference as a movement, if the version is still one of those.
 * Throws 404, 412 and `inventory/below-reserved`.
 */
export async function setStock(
  database: Kysely<CatalogTables>,
  change: { readonly productId: string; readonly replaces: readonly number[]; readonly stock: NewStock },
): Promise<Stock> {
  const { productId, replaces, stock } = change
  const { rows } = await sql<StockRow>`
    with before as (
      select i.product_id, i.quantity from inventory i join products p on p.id = i.product_id
      where i.product_id = ${productId}::uuid and p.deleted_at is null and i.version = any (${[...replaces]}::integer[])
      for update of i
    ), changed as (
      update inventory i set quantity = ${stock.quantity}::integer, version = i.version + 1, updated_at = now(),
        location = coalesce(${stock.location ?? null}::text, i.location)
      from before where i.product_id = before.product_id
      returning ${stockColumns}
    ), moved as (
      insert into inventory_movements (product_id, delta, reason)
      select c.product_id, c.quantity - b.quantity, 'adjust' from changed c join before b on b.product_id = c.product_id
      where c.quantity <> b.quantity
    )
    select product_id, quantity, reserved, available, location, version, updated_at from changed`
    .execute(database)
    .catch(refuseByConstraint({ inventory_reserved_within_quantity: () => new Problem(catalogProblems.belowReserved) }))
  if (rows[0] !== undefined) return renderStock(rows[0])
  const exists = (await findStock(database, productId)) !== undefined
  throw new Problem(exists ? preconditionProblems.failed : problems.notFound)
}

const stockColumns = sql`i.product_id, i.quantity, i.reserved, i.quantity - i.reserved as available, i.location,
  i.version, i.updated_at`

type StockRow = Omit<Stock, 'updated_at'> & { updated_at: Date }

function renderStock(row: StockRow): Stock {
  return stockSchema.parse({ ...row, updated_at: row.updated_at.toISOString() })
}
