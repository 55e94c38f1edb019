import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import type { CatalogTables } from '../schema.ts'
import { judgedProducts } from '../search/judged/judged-products.ts'

export const rowsEach = 100_000
/** So many products have this one price. */
export const onePrice = { price: 777, products: 1_000 } as const

/**
 * A hundred thousand each of products, stocks, reviews, reservations and pairs bought together, with the words of a
 * large shop. Indexes and triggers are what the migrations made; only what a trigger tells others is left out.
 */
export async function seedLargeCatalog(url: string): Promise<void> {
  // Not by the service's own pool, whose statements end after five seconds.
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const kysely = new Kysely<CatalogTables>({ dialect: new PostgresDialect({ pool }) })
  await kysely.transaction().execute(async (transaction) => {
    // No triggers, neither of foreign keys: the rows are right, and this is a third of the time.
    await sql`set local session_replication_role = replica`.execute(transaction)
    const indexes = await dropIndexes(transaction)
    await sql`
      insert into categories (id, name, parent_id)
      select ${idOf('bca7', sql`n`)}, 'Category ' || n, case when n > 10 then ${idOf('bca7', sql`1 + n % 10`)} end
      from generate_series(1, 200) as n`.execute(transaction)
    await sql`
      create temporary table judged on commit drop as
      select n::integer as n, name, brand, description from rows from (
        jsonb_to_recordset(${jsonOf(judgedProducts)}::jsonb) as (name text, brand text, description text)
      ) with ordinality as given (name, brand, description, n)`.execute(transaction)
    await sql`
      insert into products (id, sku, name, brand, description, price, currency, category_id, created_at)
      select ${idOf('a', sql`n`)}, 'L-' || n, name || ' no ' || n, brand, description,
        case when n % 100 = 0 then ${onePrice.price}::bigint else 1000 + (n * 7919::bigint) % 50000 end,
        'EUR', ${idOf('bca7', sql`11 + n % 190`)}, now() - make_interval(secs => n)
      from (
        select at as n, name, brand, description from generate_series(1, ${rowsEach}::integer) as at
          join judged on judged.n = 1 + at % ${judgedProducts.length}::integer
      ) as given`.execute(transaction)
    for (const { definition } of indexes) await sql.raw(definition).execute(transaction)
    await sql`
      insert into search_words (word)
      select substr(md5(n::text), 1, 4 + n % 8) from generate_series(1, 20000) as n
      union
      select word from judged, words_of(name, brand, description) as word`.execute(transaction)
    await sql`
      insert into inventory (product_id, quantity, location)
      select id, 5 + ('x' || right(id::text, 4))::bit(16)::integer % 50, 'main' from products`.execute(transaction)
    await sql`
      insert into reviews (id, product_id, user_id, rating, comment)
      select gen_random_uuid(), ${idOf('a', sql`1 + n % 2000`)}, gen_random_uuid(), 1 + n % 5, 'Fine'
      from generate_series(1, ${rowsEach}::integer) as n`.execute(transaction)
    await sql`
      insert into inventory_reservations (id, reference, state, created_at, expires_at, closed_at)
      select ${idOf('85e', sql`n`)}, 'large:' || n, case when n % 500 = 0 then 'active' else 'committed' end,
        now() - interval '1 hour', now() + make_interval(secs => 60 - n % 120),
        case when n % 500 = 0 then null else now() end
      from generate_series(1, ${rowsEach}::integer) as n`.execute(transaction)
    await sql`
      insert into inventory_reservation_lines (reservation_id, product_id, quantity)
      select ${idOf('85e', sql`n`)}, ${idOf('a', sql`n`)}, 1 from generate_series(1, ${rowsEach}::integer) as n`.execute(
      transaction,
    )
    await sql`
      update inventory i set reserved = l.quantity
      from inventory_reservation_lines l join inventory_reservations r on r.id = l.reservation_id
      where i.product_id = l.product_id and r.state = 'active'`.execute(transaction)
    await sql`
      insert into verified_purchases (user_id, product_id)
      select gen_random_uuid(), ${idOf('a', sql`n`)} from generate_series(1, ${rowsEach}::integer) as n`.execute(
      transaction,
    )
    await sql`
      insert into bought_together (product_id, other_id, times)
      select ${idOf('a', sql`1 + n % 10000`)}, ${idOf('a', sql`10001 + n`)}, 1 + n % 9
      from generate_series(0, ${rowsEach - 10_001}::integer) as n`.execute(transaction)
  })
  await sql`vacuum analyze`.execute(kysely)
  await kysely.destroy()
}

/** Built at once they cost half of what they cost row by row. Those of constraints stay. */
async function dropIndexes(transaction: Transaction<CatalogTables>): Promise<readonly { definition: string }[]> {
  const { rows } = await sql<{ name: string; definition: string }>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
    where indrelid = 'products'::regclass
      and not exists (select from pg_constraint where conindid = indexrelid)`.execute(transaction)
  for (const { name } of rows) await sql.raw(`drop index ${name}`).execute(transaction)
  return rows
}

/** The id of the n-th thing of a kind. */
function idOf(kind: string, n: ReturnType<typeof sql>) {
  return sql`(${`0192f0c4-5a00-7000-${kind.padEnd(4, '0')}-`}::text || lpad((${n})::text, 12, '0'))::uuid`
}

export const largeProductId = (n: number): string => `0192f0c4-5a00-7000-a000-${n.toString().padStart(12, '0')}`
export const largeCategoryId = (n: number): string => `0192f0c4-5a00-7000-bca7-${n.toString().padStart(12, '0')}`

const jsonOf = (value: unknown) => JSON.stringify(value)
