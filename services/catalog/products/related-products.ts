import { type Kysely, sql } from 'kysely'
import { Problem, problems } from '../../kit/problems.ts'
import type { CatalogTables } from '../schema.ts'
import { type ListedProduct, type ListedRow, renderListed } from './listed-products.ts'
import { findProduct, productColumns } from './products.ts'

/**
 * First what was bought together with it, most often first; then the newest of its category. Never itself, never what
 * cannot be bought. Throws 404.
 */
export async function relatedProducts(
  database: Kysely<CatalogTables>,
  { id, limit }: { readonly id: string; readonly limit: number },
): Promise<readonly ListedProduct[]> {
  const { rows } = await sql<ListedRow>`
    with bought as (
      select b.other_id as id, row_number() over (order by b.times desc, b.other_id) as position
      from bought_together b join products p on p.id = b.other_id
      where b.product_id = ${id}::uuid and p.deleted_at is null and p.active
      order by b.times desc, b.other_id
      limit ${limit}
    ), alike as (
      select p.id, ${limit} + row_number() over (order by p.created_at desc, p.id desc) as position
      from products p
      where p.category_id = (
          select s.category_id from products s where s.id = ${id}::uuid and s.deleted_at is null and s.active
        ) and p.deleted_at is null and p.active and p.id <> ${id}::uuid and p.id not in (select bought.id from bought)
      order by p.created_at desc, p.id desc
      limit ${limit}
    )
    select ${productColumns('p')}, i.quantity - i.reserved as available
    from (select id, position from bought union all select id, position from alike) as related
      join products p on p.id = related.id join inventory i on i.product_id = p.id
    where exists (select from products s where s.id = ${id}::uuid and s.deleted_at is null and s.active)
    order by related.position
    limit ${limit}`.execute(database)
  if (rows.length === 0 && (await findProduct(database, id)) === undefined) throw new Problem(problems.notFound)
  return rows.map(renderListed)
}
