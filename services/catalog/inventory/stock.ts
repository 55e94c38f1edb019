import { type Kysely, sql } from 'kysely'
import { refuseByConstraint } from '../../kit/constraint-problems.ts'
import { preconditionProblems, type ReplaceableVersions } from '../../kit/entity-tags.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { auditColumns, auditValues, type ChangeOrigin } from '../audit.ts'
import { isReplaceable } from '../is-replaceable.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import { lowEvent } from './inventory-events.ts'
import { type NewStock, type Stock, stockSchema } from './stock-schemas.ts'

/** The stock of a product that is not deleted, from the table and never from a cache. */
export async function findStock(database: Kysely<CatalogTables>, productId: string): Promise<Stock | undefined> {
  const { rows } = await sql<StockRow>`
    select ${stockColumns} from inventory i join products p on p.id = i.product_id
    where i.product_id = ${productId}::uuid and p.deleted_at is null`.execute(database)
  return rows[0] && renderStock(rows[0])
}

export type StockChange = {
  readonly productId: string
  readonly replaces: ReplaceableVersions
  readonly stock: NewStock
  readonly origin: ChangeOrigin
}

/**
 * Sets the units on hand, if the version is still one of those, and writes down the difference as a movement and who
 * made it.
 * Throws 404, 412 and `inventory/below-reserved`.
 */
export async function setStock(database: Kysely<CatalogTables>, change: StockChange): Promise<Stock> {
  const { productId, replaces, stock, origin } = change
  const low = lowEvent({ productId: sql`c.product_id`, available: sql`c.available` }, origin.cause)
  const trail = auditValues(
    { action: 'stock_set', target: ['product', sql`c.product_id`], before: stateOf('b'), after: stateOf('c') },
    origin,
  )
  const { rows } = await sql<StockRow>`
    with before as (
      select i.product_id, i.quantity, i.reserved, i.low, i.location, i.version
      from inventory i join products p on p.id = i.product_id
      where i.product_id = ${productId}::uuid and p.deleted_at is null and ${isReplaceable('i', replaces)}
      for update of i
    ), changed as (
      update inventory i set quantity = ${stock.quantity}::integer, reserved = before.reserved, version = i.version + 1,
        updated_at = now(), location = coalesce(${stock.location ?? null}::text, i.location)
      from before where i.product_id = before.product_id
      returning ${stockColumns}, i.low and not before.low as became_low
    ), moved as (
      insert into inventory_movements (product_id, delta, reason)
      select c.product_id, c.quantity - b.quantity, 'adjust' from changed c join before b on b.product_id = c.product_id
      where c.quantity <> b.quantity
    ), audited as (
      insert into audit_logs (${auditColumns})
      select ${trail} from changed c join before b on b.product_id = c.product_id
    )
    select c.product_id, c.quantity, c.reserved, c.available, c.location, c.version, c.updated_at,
      case when c.became_low then ${low} end as told
    from changed c`
    .execute(database)
    .catch(refuseByConstraint({ inventory_reserved_within_quantity: () => new Problem(catalogProblems.belowReserved) }))
  if (rows[0] !== undefined) return renderStock(rows[0])
  const exists = (await findStock(database, productId)) !== undefined
  throw new Problem(exists ? preconditionProblems.failed : problems.notFound)
}

const stateOf = (row: 'b' | 'c') =>
  sql`jsonb_build_object('quantity', ${sql.ref(`${row}.quantity`)}, 'location', ${sql.ref(`${row}.location`)},
    'version', ${sql.ref(`${row}.version`)})`

const stockColumns = sql`i.product_id, i.quantity, i.reserved, i.quantity - i.reserved as available, i.location,
  i.version, i.updated_at`

type StockRow = Omit<Stock, 'updated_at'> & { updated_at: Date }

function renderStock(row: StockRow): Stock {
  return stockSchema.parse({ ...row, updated_at: row.updated_at.toISOString() })
}
