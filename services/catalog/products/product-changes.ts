import { type Kysely, type RawBuilder, sql } from 'kysely'
import { refuseByConstraint } from '../../kit/constraint-problems.ts'
import { preconditionProblems, type ReplaceableVersions } from '../../kit/entity-tags.ts'
import { appendedEvent } from '../../kit/outbox/outbox.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { services } from '../../registry.ts'
import { auditColumns, auditValues, type ChangeOrigin } from '../audit.ts'
import { isReplaceable } from '../is-replaceable.ts'
import { catalogProblems } from '../problems.ts'
import type { CatalogTables } from '../schema.ts'
import type { ChangedProduct, NewProduct } from './product-schemas.ts'
import { type ProductRow, productColumns, type TaggedProduct, tagged } from './products.ts'

/** Each is one statement: what changes, its line in the trail and its event are there together or not at all. */
type Database = Kysely<CatalogTables>

/** With an inventory row of 0. Throws `product/sku-taken`, or 422 for an unknown category. */
export async function createProduct(
  database: Database,
  { product, id, origin }: { readonly product: NewProduct; readonly id: string; readonly origin: ChangeOrigin },
): Promise<TaggedProduct> {
  const { rows } = await sql<ProductRow>`
    with created as (
      insert into products as p (id, sku, name, brand, description, price, currency, category_id, image_key)
      values (${id}, ${product.sku}, ${product.name}, ${product.brand}, ${product.description}, ${product.price},
        ${product.currency}, ${product.category_id}, ${product.image_key})
      returning ${productColumns('p')}
    ), stocked as (
      insert into inventory (product_id, quantity, location) select id, 0, 'main' from created
    ), audited as (
      insert into audit_logs (${auditColumns})
      select ${auditValues({ action: 'product_created', target: ['product', sql`id`], after: sql`to_jsonb(created)` }, origin)}
      from created
    )
    select ${productColumns('created')}, ${productEvent('created', origin)} as told from created`
    .execute(database)
    .catch(refuseByConstraint(refusals))
  return tagged(only(rows))
}

export type ProductChange = {
  readonly id: string
  /** The versions that the caller has seen. */
  readonly replaces: ReplaceableVersions
  readonly origin: ChangeOrigin
}

/** Replaces all that an admin can set, if the version is still one of those. Throws 404, 412, 409 and 422. */
export async function updateProduct(
  database: Database,
  { product, ...change }: ProductChange & { readonly product: ChangedProduct },
): Promise<TaggedProduct> {
  const trail = { before: sql`to_jsonb(before)`, after: sql`to_jsonb(updated)` }
  const { rows } = await sql<ProductRow>`
    with ${lockedBefore(change)}, updated as (
      update products p set sku = ${product.sku}, name = ${product.name}, brand = ${product.brand},
        description = ${product.description}, price = ${product.price}, currency = ${product.currency},
        category_id = ${product.category_id}, image_key = ${product.image_key}, active = ${product.active},
        version = p.version + 1, updated_at = now()
      from before where p.id = before.id
      returning ${productColumns('p')}
    ), audited as (
      insert into audit_logs (${auditColumns})
      select ${auditValues({ action: 'product_updated', target: ['product', sql`before.id`], ...trail }, change.origin)}
      from updated join before on before.id = updated.id
    )
    select ${productColumns('updated')}, ${productEvent('updated', change.origin)} as told from updated`
    .execute(database)
    .catch(refuseByConstraint(refusals))
  return rows[0] === undefined ? refuseStale(database, change.id) : tagged(rows[0])
}

/**
 * It can no longer be found or reserved; what is held of it can still be sold. Its SKU and its category are free again.
 * Throws 404 and 412.
 */
export async function deleteProduct(database: Database, change: ProductChange): Promise<{ revision: number }> {
  const trail = { before: sql`to_jsonb(before)` }
  const { rows } = await sql<{ revision: number }>`
    with ${lockedBefore(change)}, deleted as (
      update products p set deleted_at = now(), updated_at = now(), category_id = null,
        version = p.version + 1
      from before where p.id = before.id
      returning ${productColumns('p')}
    ), audited as (
      insert into audit_logs (${auditColumns})
      select ${auditValues({ action: 'product_deleted', target: ['product', sql`id`], ...trail }, change.origin)}
      from before where exists (select from deleted)
    )
    select revision, ${productEvent('deleted', change.origin)} as told from deleted`.execute(database)
  return rows[0] === undefined ? refuseStale(database, change.id) : rows[0]
}

function lockedBefore({ id, replaces }: ProductChange): RawBuilder<unknown> {
  return sql`before as (
      select ${productColumns('p')} from products p
      where p.id = ${id}::uuid and p.deleted_at is null and ${isReplaceable('p', replaces)}
      for update
    )`
}

function productEvent(change: 'created' | 'updated' | 'deleted', { cause }: ChangeOrigin): RawBuilder<string> {
  const row = sql.ref(change)
  const data = sql`jsonb_build_object('product_id', ${row}.id, 'version', ${row}.version, 'price', ${row}.price,
    'currency', ${row}.currency, 'category_id', ${row}.category_id, 'active', ${row}.active)`
  const event = { type: `product.${change}.v1`, subject: sql`${row}.id`, data } as const
  return appendedEvent(services.catalog.longName, event, cause)
}

async function refuseStale(database: Database, id: string): Promise<never> {
  const { rows } = await sql`select from products where id = ${id}::uuid and deleted_at is null`.execute(database)
  throw new Problem(rows.length > 0 ? preconditionProblems.failed : problems.notFound)
}

const refusals = {
  products_sku_key: () => new Problem(catalogProblems.skuTaken),
  products_category_id_fkey: () =>
    new Problem(problems.invalid, {
      errors: [{ pointer: '/category_id', code: 'unknown_category', message: 'No such category' }],
    }),
}

function only<Row>(rows: readonly Row[]): Row {
  const row = rows[0]
  if (row === undefined) throw new Error('an insert returned no row')
  return row
}
