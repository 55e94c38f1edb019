import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ContractProduct, searchContract } from '../testing/search-contract.ts'
import { type TestCatalog, testCatalog } from '../testing/test-catalog.ts'
import { judgedProducts } from './judged/judged-products.ts'
import { judgedQueries } from './judged/judged-queries.ts'
import { rankingQuality } from './judged/ranking-quality.ts'
import { postgresSearch } from './postgres-search.ts'

const opened: TestCatalog[] = []
afterAll(async () => {
  for (const catalog of opened) await catalog.close()
})

async function openCatalog(): Promise<TestCatalog> {
  const catalog = await testCatalog()
  opened.push(catalog)
  return catalog
}

searchContract('PostgreSQL', async (products) => {
  const { kysely, categoryId: upper } = await openCatalog()
  const { rows: below } = await sql<{ lower: string; other: string }>`
    with lower as (
      insert into categories (id, name, parent_id) values (gen_random_uuid(), 'Lower', ${upper}) returning id
    ), other as (
      insert into categories (id, name) values (gen_random_uuid(), 'Other') returning id
    )
    select lower.id as lower, other.id as other from lower, other`.execute(kysely)
  const [{ lower, other } = { lower: '', other: '' }] = below
  const categories: Record<ContractProduct['category'], string> = { upper, lower, other }
  const rows = products.map((product) => ({ ...product, category_id: categories[product.category] }))
  const { rows: ids } = await sql<{ id: string; sku: string }>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (sku text, name text, brand text,
        description text, price bigint, stock integer, category_id uuid, state text)
    ), product as (
      insert into products (id, sku, name, brand, description, price, currency, category_id, active, deleted_at)
      select gen_random_uuid(), sku, name, brand, description, price, 'EUR', category_id, state <> 'inactive',
        case when state = 'deleted' then now() end
      from given returning id, sku
    ), stock as (
      insert into inventory (product_id, quantity, location)
      select product.id, given.stock, 'main' from product join given on given.sku = product.sku
    )
    select id, sku from product`.execute(kysely)
  const skus = new Map(ids.map(({ id, sku }) => [id, sku]))
  return {
    search: postgresSearch(kysely),
    skuOf: (id) => skus.get(id) ?? '',
    categoryId: (category) => categories[category],
  }
})

let judgedShop: TestCatalog
beforeAll(async () => {
  judgedShop = await openCatalog()
  await sql`
    with product as (
      insert into products (id, sku, name, brand, description, price, currency, category_id)
      select gen_random_uuid(), sku, name, brand, description, 100, 'EUR', ${judgedShop.categoryId}
      from jsonb_to_recordset(${JSON.stringify(judgedProducts)}::jsonb)
        as given (sku text, name text, brand text, description text)
      returning id
    )
    insert into inventory (product_id, quantity, location) select id, 1, 'main' from product`.execute(judgedShop.kysely)
})

test('C27: the judged set is large enough, and judges only what is in it', () => {
  const skus = new Set(judgedProducts.map(({ sku }) => sku))
  expect(skus.size).toBe(judgedProducts.length)
  expect(skus.size).toBeGreaterThanOrEqual(500)
  expect(new Set(judgedQueries.map(({ q }) => q)).size).toBeGreaterThanOrEqual(50)
  for (const { grades } of judgedQueries) for (const sku of grades.keys()) expect(skus).toContain(sku)
})

test('C27: over the judged queries nDCG@10 is 0.90 at least in the mean, and 0.5 for each', async () => {
  const qualities: { q: string; quality: number; answers: string }[] = []
  for (const { q, grades } of judgedQueries) {
    const { body } = await judgedShop.send('GET', `/api/v1/products?limit=10&q=${encodeURIComponent(q)}`)
    const answers = body.data.map((product) => String(product.sku))
    qualities.push({ q, quality: rankingQuality(answers, grades), answers: answers.join(' ') })
  }
  expect(qualities.filter(({ quality }) => quality < 0.5)).toEqual([])
  const mean = qualities.reduce((sum, { quality }) => sum + quality, 0) / qualities.length
  expect(mean).toBeGreaterThanOrEqual(0.9)
})
