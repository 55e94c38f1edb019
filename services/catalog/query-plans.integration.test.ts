import { randomUUID } from 'node:crypto'
import { type CompiledQuery, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordedStatements, scannedTables } from '../kit/testing/recorded-statements.ts'
import { expireDue } from './inventory/reservation-sweeper.ts'
import { largeCategoryId, largeProductId, onePrice, rowsEach, seedLargeCatalog } from './testing/large-catalog.ts'
import { customer, type TestCatalog, testCatalog } from './testing/test-catalog.ts'

const recorded = recordedStatements()
let catalog: TestCatalog
let client: pg.Client
beforeAll(async () => {
  catalog = await testCatalog({ plugins: [recorded.plugin] })
  await seedLargeCatalog(catalog.url)
  client = new pg.Client({ connectionString: catalog.url })
  await client.connect()
}, 120_000)
afterAll(async () => {
  await client.end()
  await catalog.close()
})

const get = async (path: string) => {
  const answer = await catalog.send('GET', `/api/v1${path}`)
  expect(answer.status, path).toBe(200)
  return answer.body
}
const list = (query: string) => get(`/products?${query}`)
/** The first page and the one after it. */
const pages = (path: string) => async () => {
  const { next_cursor: cursor } = await get(path)
  expect(cursor).not.toBeNull()
  await get(`${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`)
}
const change = async (method: string, path: string, body?: object) => {
  const more = { as: 'admin', body, headers: { 'if-match': '"1"' } }
  expect((await catalog.send(method, `/api/v1${path}`, more)).status).toBeLessThan(300)
}

const product = (n: number) => `/products/${largeProductId(n)}`
const content = () => ({
  ...{ sku: randomUUID(), name: 'Steel kettle', price: 1, currency: 'EUR', category_id: largeCategoryId(20) },
})
const reference = `${customer}:order:plans`
const items = [7_001, 7_002, 7_003].map((n) => ({ product_id: largeProductId(n), quantity: 1 }))
const inventory = (what: string, body: object) => change('POST', `/inventory/${what}`, body)

/** Those with a hundred thousand rows, or as many as there are words. */
const largeTables = [
  'products',
  'inventory',
  'reviews',
  'inventory_reservations',
  'inventory_reservation_lines',
  'inventory_movements',
  'bought_together',
  'verified_purchases',
  'search_words',
]

test.each<[string, () => Promise<unknown>]>([
  ['a product', () => get(product(5))],
  ...['created_at', '-created_at', 'price', '-price', 'name', '-name'].map((sort): [string, () => Promise<unknown>] => [
    `the list sorted by ${sort}`,
    pages(`/products?sort=${sort}`),
  ]),
  ['a category', pages(`/products?category=${largeCategoryId(20)}`)],
  ['a category with those below it by price', pages(`/products?category=${largeCategoryId(1)}&sort=price`)],
  ['a range of prices', pages('/products?price_min=2000&price_max=3000&sort=price')],
  ['what is in stock', pages('/products?in_stock=true')],
  ['a search', pages('/products?q=electric%20kettle')],
  ['a search for a common word by price', pages('/products?q=steel&sort=price')],
  ['a search in a category', pages(`/products?q=steel&category=${largeCategoryId(1)}&in_stock=true`)],
  ['a search with a typing error', pages('/products?q=headphnes')],
  ['a search by SKU', () => list('q=l-77')],
  ['a search with hyphens', pages('/products?q=electric-kettle')],
  ['a search that finds nothing', () => list('q=xylophone')],
  ['related products', () => get(`${product(77)}/related`)],
  ['reviews', pages(`${product(77)}/reviews`)],
  ['a stock', () => get(`/inventory/${largeProductId(5)}`)],
  ['reservations that are due', () => expireDue(catalog.kysely, new AbortController().signal)],
  ['a reserve', () => inventory('reserve', { reference, items, ttl_seconds: 600 })],
  ['states of reservations', () => inventory('reservations/states', { references: ['large:7', 'large:77'] })],
  ['a commit', () => inventory('commit', { reference })],
  ['a change of a product', () => change('PUT', product(9_001), content())],
  ['a deletion of a product', () => change('DELETE', product(9_002))],
  ['a new product', () => change('POST', '/products', content())],
  ['a new review', () => change('POST', `${product(9_003)}/reviews`, { rating: 5 })],
])('%s reads no table of a hundred thousand rows from end to end', async (_, run) => {
  const statements = await recorded.during(run)
  const scans: { sql: string; tables: readonly string[] }[] = []
  expect(statements.length).toBeGreaterThan(0)
  for (const statement of statements.filter(isPlanned)) {
    const tables = (await scannedTables(client, statement)).filter((table) => largeTables.includes(table))
    if (tables.length > 0) scans.push({ sql: statement.sql, tables })
  }
  expect(scans).toEqual([])
})

const isPlanned = ({ sql: text }: CompiledQuery) => /^\s*(select|with|insert|update|delete)\b/i.test(text)

test('a scan from end to end is seen', async () => {
  const [statement] = await recorded.during(() =>
    sql`select id from products where description = ${'x'}`.execute(catalog.kysely),
  )
  expect(statement && (await scannedTables(client, statement))).toEqual(['products'])
})

test.each([
  'limit=100',
  'limit=100&sort=price&in_stock=true',
  `limit=100&category=${largeCategoryId(1)}`,
  'limit=100&q=steel',
  'limit=100&q=headphnes',
])('C31: a list of 100 products with rating and stock by %s takes at most three statements', async (query) => {
  let rows: readonly unknown[] = []
  const statements = await recorded.during(async () => {
    rows = (await list(query)).data
  })
  expect(rows).toHaveLength(100)
  expect(rows).toEqual(
    rows.map(() => expect.objectContaining({ available: expect.any(Number), rating: { count: 0, average: null } })),
  )
  expect(statements.length).toBeLessThanOrEqual(3)
})

test.each([1, 24])('C30: %i related products take at most two statements', async (limit) => {
  let found = 0
  const statements = await recorded.during(async () => {
    found = (await get(`${product(77)}/related?limit=${limit}`)).data.length
  })
  expect([found, statements.length <= 2]).toEqual([limit, true])
})

test('C3: a walk by price through 100 000 products meets each that stays exactly once, while 1 000 come and 1 000 go', {
  timeout: 120_000,
}, async () => {
  const { rows: before } = await sql<{ id: string; price: number }>`
    select id, price from products where deleted_at is null and active`.execute(catalog.kysely)
  expect(before.length).toBeGreaterThanOrEqual(rowsEach - 1)
  const leaving = Array.from({ length: 1_000 }, (_, index) => largeProductId(10_000 + index * 89))
  const gone = new Set<string>()
  let walking = true

  const others = async () => {
    for (let batch = 0; batch < 100 && walking; batch += 1) {
      const ids = leaving.slice(batch * 10, batch * 10 + 10)
      for (const id of ids) gone.add(id)
      await sql`update products set deleted_at = now() where id = any (${ids})`.execute(catalog.kysely)
      await sql`
        with product as (
          insert into products (id, sku, name, description, price, currency, category_id)
          select gen_random_uuid(), gen_random_uuid(), 'Newcomer', '',
            case when n % 2 = 0 then ${onePrice.price}::bigint else (random() * 60000)::bigint end, 'EUR',
            ${catalog.categoryId}
          from generate_series(1, 10) as n returning id
        )
        insert into inventory (product_id, quantity, location) select id, 1, 'main' from product`.execute(
        catalog.kysely,
      )
    }
  }
  const walk = async () => {
    const met: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { data, next_cursor }: { data: { id: string }[]; next_cursor: string | null } = await list(
        `limit=100&sort=price${cursor === '' ? '' : `&cursor=${cursor}`}`,
      )
      met.push(...data.map(({ id }) => id))
      cursor = next_cursor
    }
    walking = false
    return met
  }

  const [met] = await Promise.all([walk(), others()])
  expect(gone.size).toBe(1_000)
  const times = Map.groupBy(met, (id) => id)
  const stayed = before.filter(({ id }) => !gone.has(id))
  expect(stayed.filter(({ price }) => price === onePrice.price).length).toBeGreaterThan(900)
  expect(stayed.filter(({ id }) => times.get(id)?.length !== 1)).toEqual([])
  expect(times.size).toBe(met.length)
})
