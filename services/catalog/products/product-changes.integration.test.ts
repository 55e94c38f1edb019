import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createMetrics } from '../../kit/metrics.ts'
import { keptLog } from '../../kit/testing/test-app.ts'
import { countOf, parallel } from '../testing/answer.ts'
import { customer, type TestCatalog, testCatalog } from '../testing/test-catalog.ts'
import { openProductCache } from './product-cache.ts'

let catalog: TestCatalog
beforeAll(async () => {
  catalog = await testCatalog()
})
afterAll(() => catalog.close())

const content = (change: object = {}) => ({
  sku: randomUUID(),
  name: 'Copper kettle',
  brand: 'Hearth',
  description: 'Sings when it boils.',
  price: 4_900,
  currency: 'EUR',
  category_id: catalog.categoryId,
  ...change,
})
const create = (change: object = {}) => catalog.send('POST', '/api/v1/products', { as: 'admin', body: content(change) })
const put = (id: string, tag: string | null, change: object = {}) =>
  catalog.send('PUT', `/api/v1/products/${id}`, {
    as: 'admin',
    body: content(change),
    headers: tag === null ? {} : { 'if-match': tag },
  })
const remove = (id: string, tag: string | null) =>
  catalog.send('DELETE', `/api/v1/products/${id}`, { as: 'admin', headers: tag === null ? {} : { 'if-match': tag } })
const get = (id: string) => catalog.send('GET', `/api/v1/products/${id}`)
const list = (query: string) => catalog.send('GET', `/api/v1/products?${query}`)

async function rowOf(id: string) {
  const { rows } = await sql<{ version: number; revision: number; name: string }>`
    select version, revision, name from products where id = ${id}`.execute(catalog.kysely)
  return rows[0]
}
async function trailOf(id: string) {
  const { rows } = await sql<{ actor: string; action: string; before: unknown; after: unknown }>`
    select actor, action, before, after from audit_logs where target = ${`product:${id}`} order by id`.execute(
    catalog.kysely,
  )
  return rows
}

test('C2: of 50 parallel changes with one tag one is made, and the version rises by one', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { body, headers } = await create()
    const tag = headers.get('etag') ?? ''
    const answers = await parallel(50, (index) => put(body.id, tag, { name: `Kettle ${index}` }))
    expect([countOf(answers, 200), countOf(answers, 412)]).toEqual([1, 49])
    const made = answers.find(({ status }) => status === 200)
    expect(await rowOf(body.id)).toMatchObject({ version: 2, name: made?.body.name })
    expect(made?.headers.get('etag')).toBe('"2.0.0"')
    expect(await trailOf(body.id)).toHaveLength(2)
    expect(await catalog.eventsOf(body.id)).toHaveLength(2)
  }
})

test('C2: a change needs a strong tag that matches, among others too; a deletion as well', async () => {
  const { body, headers } = await create()
  const tag = headers.get('etag') ?? ''
  for (const change of [put, remove]) {
    const without = await change(body.id, null)
    expect([without.status, without.body.code]).toEqual([428, 'request/precondition-required'])
    for (const wrong of [`W/${tag}`, '"2.0.0"', 'x', '""', '"*"']) {
      const refused = await change(body.id, wrong)
      expect([refused.status, refused.body.code]).toEqual([412, 'request/precondition-failed'])
    }
    expect((await change(randomUUID(), tag)).status).toBe(404)
  }
  expect((await put(body.id, `"7.0.0", W/"x", ${tag}`)).status).toBe(200)
  expect((await remove(body.id, `"7.0.0", "2.0.0"`)).status).toBe(204)
})

test('C2: If-Match: * replaces whatever there is, each of 20 at once what the one before it left', async () => {
  const { id } = (await create()).body
  const answers = await parallel(20, (index) => put(id, '*', { name: `Kettle ${index}` }))
  expect(answers.map(({ headers }) => headers.get('etag')).toSorted()).toEqual(
    Array.from({ length: 20 }, (_, index) => `"${index + 2}.0.0"`).toSorted(),
  )
  const [, ...changes] = await trailOf(id)
  const versions = changes.map(({ before, after }) => [versionSchema.parse(before), versionSchema.parse(after)])
  expect(versions.toSorted(([a = 0], [b = 0]) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, index) => [index + 1, index + 2]),
  )
  const deletions = await parallel(5, () => remove(id, '*'))
  expect([countOf(deletions, 204), countOf(deletions, 404)]).toEqual([1, 4])
  expect((await put(id, '*')).status).toBe(404)
})

const versionSchema = z.looseObject({ version: z.int() }).transform(({ version }) => version)

test('C20: a review changes the tag of a product, but not the version that a change has to name', async () => {
  const { body, headers } = await create()
  const known = headers.get('etag') ?? ''
  const before = await rowOf(body.id)
  const reviewed = await catalog.send('POST', `/api/v1/products/${body.id}/reviews`, {
    as: customer,
    body: { rating: 4, comment: '' },
  })
  expect(reviewed.status).toBe(201)
  const again = await catalog.send('GET', `/api/v1/products/${body.id}`, { headers: { 'if-none-match': known } })
  expect([again.status, again.headers.get('etag'), again.body.rating]).toEqual([
    200,
    '"1.1.4"',
    { count: 1, average: 4 },
  ])
  const unchanged = await catalog.send('GET', `/api/v1/products/${body.id}`, {
    headers: { 'if-none-match': '"1.1.4"' },
  })
  expect([unchanged.status, unchanged.headers.get('etag'), unchanged.body.id]).toEqual([304, '"1.1.4"', ''])
  expect((await rowOf(body.id))?.revision).toBeGreaterThan(before?.revision ?? 0)
  expect((await put(body.id, known)).headers.get('etag')).toBe('"2.1.4"')
})

test('C22: of 50 parallel creates with one SKU in any case one succeeds; a change to a taken one is refused', async () => {
  for (let round = 0; round < 20; round += 1) {
    const sku = `Same-${round}`
    const answers = await parallel(50, (index) => create({ sku: index % 2 === 0 ? sku : sku.toUpperCase() }))
    expect([countOf(answers, 201), countOf(answers, 409)]).toEqual([1, 49])
    for (const { status, body } of answers) if (status === 409) expect(body.code).toBe('product/sku-taken')
    const { rows } = await sql`
      select count(*) as products from products p join inventory i on i.product_id = p.id
      where lower(sku) = ${sku.toLowerCase()}`.execute(catalog.kysely)
    expect(rows).toEqual([{ products: 1 }])
  }
  const { body, headers } = await create()
  expect((await put(body.id, headers.get('etag'), { sku: 'same-0' })).body.code).toBe('product/sku-taken')
})

test.each([
  [{ price: -1 }, ['/price']],
  [{ price: 1_000_000_000_001 }, ['/price']],
  [{ price: 19.99, currency: 'EURO' }, ['/currency', '/price']],
  [{ name: 'x'.repeat(201), brand: '' }, ['/brand', '/name']],
  [{ category_id: randomUUID() }, ['/category_id']],
  [{ active: 'true', version: 5 }, ['/active', '/version']],
])('C21: the change %# is refused with a pointer to each fault, and changes nothing', async (change, pointers) => {
  const { body, headers } = await create()
  const answer = await put(body.id, headers.get('etag'), change)
  expect([answer.status, answer.body.errors.map(({ pointer }) => pointer).toSorted()]).toEqual([422, pointers])
  expect(await rowOf(body.id)).toMatchObject({ version: 1 })
})

test('C23: a deleted product is nowhere, its SKU and category are free, and what is held of it can still be sold', async () => {
  const category = await catalog.send('POST', '/api/v1/categories', { as: 'admin', body: { name: 'Brief' } })
  const sku = 'GONE-1'
  const change = { sku, name: 'Zanzibar lantern', category_id: category.body.id }
  const { body, headers } = await create(change)
  const neighbour = await create({ name: 'Zanzibar candle', category_id: category.body.id })
  await sql`update inventory set quantity = 5 where product_id = ${body.id}`.execute(catalog.kysely)
  const reference = `${customer}:${randomUUID()}`
  const hold = (held: string) =>
    catalog.send('POST', '/api/v1/inventory/reserve', {
      as: customer,
      body: { reference: held, items: [{ product_id: body.id, quantity: 2 }] },
    })
  expect((await hold(reference)).status).toBe(201)
  expect((await list('q=zanzibar')).body.data).toHaveLength(2)

  expect((await remove(body.id, headers.get('etag'))).status).toBe(204)
  expect((await remove(body.id, '"2.0.0"')).status).toBe(404)
  expect((await put(body.id, '"2.0.0"')).status).toBe(404)
  for (const path of ['', '/related', '/reviews']) expect((await get(`${body.id}${path}`)).status).toBe(404)
  for (const query of ['q=zanzibar', 'q=zanzibra', `category=${category.body.id}`]) {
    expect((await list(query)).body.data.map(({ id }) => id)).toEqual([neighbour.body.id])
  }
  expect((await get(`${neighbour.body.id}/related`)).body.data).toEqual([])
  expect((await hold(`${customer}:${randomUUID()}`)).status).toBe(422)
  expect((await catalog.send('POST', '/api/v1/inventory/commit', { as: 'admin', body: { reference } })).status).toBe(
    200,
  )
  expect(await catalog.stockOf(body.id)).toMatchObject({ quantity: 3, reserved: 0 })

  expect((await create(change)).status).toBe(201)
  const { rows } = await sql`select category_id from products where id = ${body.id}`.execute(catalog.kysely)
  expect(rows).toEqual([{ category_id: null }])
})

test('C23: a copy that another process keeps is gone within a second, and shows a review as soon', async () => {
  const { body, headers } = await create()
  const copies = openProductCache({
    database: catalog.kysely,
    databaseUrl: catalog.url,
    applicationName: 'copies',
    redis: null,
    metrics: createMetrics(),
    logger: keptLog().logger,
  })
  try {
    const listens = async () =>
      (
        await sql`select from pg_stat_activity where application_name = 'copies changes' and (query like 'listen%' or query = 'select 1')
          and state = 'idle'`.execute(catalog.kysely)
      ).rows.length
    const copyOf = async () => (await copies.readProduct(body.id)).value?.tag
    await expect.poll(listens, { timeout: 5_000 }).toBe(1)
    expect(await copyOf()).toBe('"1.0.0"')
    await catalog.send('POST', `/api/v1/products/${body.id}/reviews`, { as: customer, body: { rating: 3 } })
    await expect.poll(copyOf, { timeout: 1_000 }).toBe('"1.1.3"')
    await remove(body.id, headers.get('etag'))
    await expect.poll(copyOf, { timeout: 1_000 }).toBeUndefined()
  } finally {
    await copies.close()
  }
})

test('an inactive product is not to be seen, and can be brought back by who has its tag', async () => {
  const { body, headers } = await create()
  const hidden = await put(body.id, headers.get('etag'), { active: false })
  expect([hidden.status, (await get(body.id)).status]).toEqual([200, 404])
  expect((await put(body.id, hidden.headers.get('etag'))).status).toBe(200)
  expect((await get(body.id)).body.version).toBe(3)
})

test('C38: each change has its event and its line with actor, before and after; a refused one has neither', async () => {
  const { body, headers } = await create({ price: 100 })
  const changed = await put(body.id, headers.get('etag'), { price: 200 })
  await put(body.id, headers.get('etag'), { price: 300 })
  await put(body.id, changed.headers.get('etag'), { category_id: randomUUID() })
  await remove(body.id, headers.get('etag'))
  await remove(body.id, changed.headers.get('etag'))

  const state = { product_id: body.id, currency: 'EUR', active: true, category_id: catalog.categoryId }
  expect(await catalog.eventsOf(body.id)).toEqual([
    { type: 'product.created.v1', data: { ...state, version: 1, price: 100 } },
    { type: 'product.updated.v1', data: { ...state, version: 2, price: 200 } },
    { type: 'product.deleted.v1', data: { ...state, version: 3, price: 200, category_id: null } },
  ])
  const trail = await trailOf(body.id)
  expect(trail).toMatchObject([
    { action: 'product_created', before: null, after: { price: 100, version: 1 } },
    { action: 'product_updated', before: { price: 100, version: 1 }, after: { price: 200, version: 2 } },
    { action: 'product_deleted', before: { price: 200, version: 2 }, after: null },
  ])
  for (const { actor } of trail) expect(actor).toMatch(/^user:[0-9a-f-]{36}$/)
})

test('C38: where the event cannot be written nothing is changed', async () => {
  const { body, headers } = await create({ price: 100 })
  await sql`alter table outbox_events add constraint full_disk check (aggregate_version < 2) not valid`.execute(
    catalog.kysely,
  )
  try {
    expect((await put(body.id, headers.get('etag'), { price: 200 })).status).toBe(500)
    expect((await remove(body.id, headers.get('etag'))).status).toBe(500)
  } finally {
    await sql`alter table outbox_events drop constraint full_disk`.execute(catalog.kysely)
  }
  expect([await rowOf(body.id), (await trailOf(body.id)).length]).toMatchObject([{ version: 1 }, 1])
  expect((await put(body.id, headers.get('etag'), { price: 200 })).status).toBe(200)
})

test('C30: related are first what is bought together, then the newest of the category; never itself or what is gone', async () => {
  const { body: shelf } = await catalog.send('POST', '/api/v1/categories', { as: 'admin', body: { name: 'Shelf' } })
  const on = (change: object = {}) => create({ category_id: shelf.id, ...change })
  const ids: string[] = []
  for (let index = 0; index < 6; index += 1) ids.push((await on()).body.id)
  const [self = '', inactive = '', deleted = '', ...alike] = ids
  const [often, seldom, never] = [await catalog.stocked(1), await catalog.stocked(1), await catalog.stocked(1)]
  await sql`update products set active = false where id = any (${[inactive, never]})`.execute(catalog.kysely)
  await sql`update products set deleted_at = now() where id = ${deleted}`.execute(catalog.kysely)
  await sql`
    insert into bought_together (product_id, other_id, times)
    values (${self}, ${seldom}, 1), (${self}, ${often}, 9), (${self}, ${never}, 99), (${self}, ${alike[0]}, 5)`.execute(
    catalog.kysely,
  )
  const expected = [often, alike[0], seldom, alike[2], alike[1]]
  for (let time = 0; time < 5; time += 1) {
    expect((await get(`${self}/related`)).body.data.map(({ id }) => id)).toEqual(expected)
  }
  expect((await get(`${self}/related?limit=2`)).body.data.map(({ id }) => id)).toEqual(expected.slice(0, 2))
  expect((await get(`${often}/related?limit=24`)).body.data.map(({ id }) => id)).not.toContain(often)
  for (const limit of ['0', '25', 'x', '1e1']) expect((await get(`${self}/related?limit=${limit}`)).status).toBe(400)
  for (const unknown of [inactive, deleted, randomUUID(), 'x']) {
    expect((await get(`${unknown}/related`)).status).toBe(404)
  }
})
