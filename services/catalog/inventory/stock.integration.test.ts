import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { customer, type TestCatalog, testCatalog } from '../testing/test-catalog.ts'
import { expireDue } from './reservation-sweeper.ts'

let catalog: TestCatalog
beforeAll(async () => {
  catalog = await testCatalog()
})
afterAll(() => catalog.close())

const get = (product: string) => catalog.send('GET', `/api/v1/inventory/${product}`)
const set = (product: string, change: { quantity: number; tag?: string; as?: string }) =>
  catalog.send('PUT', `/api/v1/inventory/${product}`, {
    as: change.as ?? 'admin',
    body: { quantity: change.quantity },
    headers: change.tag === undefined ? {} : { 'if-match': change.tag },
  })
const reserve = (body: object) => catalog.send('POST', '/api/v1/inventory/reserve', { as: customer, body })
const wish = (product_id: string, quantity: unknown = 1) => ({
  reference: `${customer}:order:${randomUUID()}`,
  items: [{ product_id, quantity }],
})

test('stock is set by the tag that was read; a reserve in between does not make it stale, a sale does', async () => {
  const product = await catalog.stocked(0)
  const empty = (await get(product)).headers.get('etag') ?? ''
  expect(await set(product, { quantity: 10, tag: empty })).toMatchObject({ status: 200, body: { available: 10 } })
  expect((await set(product, { quantity: 99, tag: empty })).status).toBe(412)

  const tag = (await get(product)).headers.get('etag') ?? ''
  const held = wish(product, 4)
  await reserve(held)
  expect((await get(product)).headers.get('etag')).not.toBe(tag)
  expect(await set(product, { quantity: 12, tag })).toMatchObject({ status: 200, body: { available: 8 } })

  const before = (await get(product)).headers.get('etag') ?? ''
  await catalog.send('POST', '/api/v1/inventory/commit', { as: 'admin', body: { reference: held.reference } })
  expect((await set(product, { quantity: 12, tag: before })).status).toBe(412)
  const { rows } = await sql`
    select delta, reason from inventory_movements where product_id = ${product} order by id`.execute(catalog.kysely)
  expect(rows).toEqual([
    { delta: 10, reason: 'adjust' },
    { delta: 2, reason: 'adjust' },
    { delta: -4, reason: 'commit' },
  ])
})

test('C38: each setting of stock has its line with actor, before and after, and a refused one has none', async () => {
  const product = await catalog.stocked(5)
  const tag = (await get(product)).headers.get('etag') ?? ''
  await reserve(wish(product, 3))
  expect((await set(product, { quantity: 2, tag })).status).toBe(409)
  expect((await set(product, { quantity: 9, tag })).status).toBe(200)
  expect((await set(product, { quantity: 9, tag })).status).toBe(412)
  const { rows } = await sql<{ actor: string }>`
    select actor, action, before, after from audit_logs where target = ${`product:${product}`}`.execute(catalog.kysely)
  const state = { location: 'main' }
  expect(rows).toMatchObject([
    {
      action: 'stock_set',
      before: { ...state, quantity: 5, version: 1 },
      after: { ...state, quantity: 9, version: 2 },
    },
  ])
  expect(rows[0]?.actor).toMatch(/^user:[0-9a-f-]{36}$/)
})

test('setting stock needs a strong matching tag, an admin, and no less than is reserved', async () => {
  const product = await catalog.stocked(5)
  const tag = (await get(product)).headers.get('etag') ?? ''
  await reserve(wish(product, 3))
  expect((await set(product, { quantity: 1 })).status).toBe(428)
  expect((await set(product, { quantity: 1, tag: `W/${tag}` })).status).toBe(412)
  expect((await set(product, { quantity: 1, tag, as: customer })).status).toBe(403)
  expect((await set(product, { quantity: 2, tag })).body.code).toBe('inventory/below-reserved')
  expect((await set(product, { quantity: -1, tag })).status).toBe(422)
  expect((await set(product, { quantity: 3, tag: `"77", ${tag}` })).body).toMatchObject({ available: 0 })
  expect((await set('0192f0c4-5a00-7000-8000-00000000ffff', { quantity: 3, tag })).status).toBe(404)
})

test('50 parallel changes with one tag: one is made', async () => {
  const product = await catalog.stocked(1)
  const tag = (await get(product)).headers.get('etag') ?? ''
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => set(product, { quantity: index, tag })))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 49 }, () => 412)])
})

test('stock is set by If-Match: * too, and 20 at once write down the differences that they made', async () => {
  const [{ productId: product } = { productId: '' }] = await catalog.held({
    count: 1,
    quantity: 7,
    units: 2,
    due: false,
  })
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => set(product, { quantity: index, tag: '*' })),
  )
  expect(answers.map(({ status }) => status)).toEqual([409, 409, ...Array.from({ length: 18 }, () => 200)])
  const { body } = await get(product)
  expect(body).toMatchObject({ version: 19, reserved: 2 })
  expect(await catalog.stockOf(product)).toMatchObject({ quantity: body.quantity, moved: body.quantity, reserved: 2 })
})

test.each([0, -1, 1.5, '2', 1_001, 1e9])('C15: a line of %j is refused', async (quantity) => {
  const answer = await reserve(wish(await catalog.stocked(5), quantity))
  expect([answer.status, answer.body.errors.map(({ pointer }) => pointer)]).toEqual([422, ['/items/0/quantity']])
})

test('C15: no lines, too many, too many units of one product, wrong times and unknown products are refused', async () => {
  const product = await catalog.stocked(5)
  const line = { product_id: product, quantity: 1 }
  const many = { product_id: product, quantity: 600 }
  const faults = [
    { items: [] },
    { items: Array.from({ length: 101 }, () => line) },
    { items: [many, many] },
    { ttl_seconds: 59 },
    { ttl_seconds: 3_601 },
    { reference: 'with space' },
    { reference: `${randomUUID()}:order:1` },
    { price: 1 },
  ]
  for (const fault of faults) expect((await reserve({ ...wish(product), ...fault })).status).toBe(422)

  const deleted = await catalog.stocked(5)
  await sql`update products set deleted_at = now() where id = ${deleted}`.execute(catalog.kysely)
  const unknown = '0192f0c4-5a00-7000-8000-00000000ffff'
  const items = [product, deleted, unknown].map((product_id) => ({ product_id, quantity: 20 }))
  const answer = await reserve({ ...wish(product), items })
  expect(answer.status).toBe(422)
  expect(answer.body.errors.map(({ pointer }) => pointer).toSorted()).toEqual([
    '/items/1/product_id',
    '/items/2/product_id',
  ])
})

test.each(['released', 'expired'])(
  'C1.T7: the reference of a hold that is %s answers with that state and holds nothing',
  async (state) => {
    const product = await catalog.stocked(5)
    const sending = { as: 'admin', body: { ...wish(product, 2), reference: `order:${randomUUID()}` } }
    const again = () => catalog.send('POST', '/api/v1/inventory/reserve', sending)
    const { body } = await again()
    expect(await again()).toMatchObject({ status: 200, body: { id: body.id, state: 'active' } })
    if (state === 'released') {
      await catalog.send('POST', '/api/v1/inventory/release', { as: 'admin', body: { reservation_id: body.id } })
    } else {
      await sql`
      update inventory_reservations set created_at = now() - interval '1 hour', expires_at = now() - interval '1 minute'
      where id = ${body.id}`.execute(catalog.kysely)
      await expireDue(catalog.kysely, new AbortController().signal)
    }
    expect(await again()).toMatchObject({ status: 200, body: { id: body.id, state } })
    expect(await catalog.stockOf(product)).toMatchObject({ reserved: 0, held: 0 })
  },
)

test('what others hold does not exist for me', async () => {
  const product = await catalog.stocked(5)
  const mine = wish(product)
  const { body } = await reserve(mine)
  const other = '0192f0c4-5a00-7000-8000-00000000000b'
  for (const key of [{ reference: mine.reference }, { reservation_id: body.id }]) {
    const answer = await catalog.send('POST', '/api/v1/inventory/release', { as: other, body: key })
    expect([answer.status, answer.body.code]).toEqual([404, 'object/not-found'])
  }
  const anonymous = await catalog.send('POST', '/api/v1/inventory/release', { body: { reference: mine.reference } })
  expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  const own = await catalog.send('POST', '/api/v1/inventory/release', {
    as: customer,
    body: { reservation_id: body.id },
  })
  expect(own).toMatchObject({ status: 200, body: { state: 'released' } })
})

test('a user cannot sell what he holds, and so take stock away without paying', async () => {
  const product = await catalog.stocked(5)
  const mine = wish(product)
  await reserve(mine)
  const body = { reference: mine.reference }
  const answer = await catalog.send('POST', '/api/v1/inventory/commit', { as: customer, body })
  expect([answer.status, answer.body.code]).toEqual([403, 'auth/forbidden'])
  expect((await get(product)).body).toMatchObject({ quantity: 5 })
  expect((await catalog.send('POST', '/api/v1/inventory/commit', { as: 'admin', body })).status).toBe(200)
})

test.each([
  ['23514', sql`update inventory set reserved = quantity + 1`],
  ['23514', sql`update inventory set reserved = -1`],
  ['23514', sql`update products set price = -1`],
  ['23514', sql`update products set currency = 'eur'`],
  ['23514', sql`update products set rating_count = 1, rating_sum = 6`],
  ['23514', sql`update products set version = 0`],
  ['23514', sql`update categories set parent_id = id`],
  ['23503', sql`delete from categories`],
  ['23503', sql`update inventory set product_id = gen_random_uuid()`],
  [
    '23514',
    sql`insert into inventory_reservations (id, reference, expires_at) values (gen_random_uuid(), 'x', now() - interval '1 s')`,
  ],
  [
    '23514',
    sql`insert into inventory_reservations (id, reference, state, closed_at, expires_at) values (gen_random_uuid(), 'x', 'lost', now(), now() + interval '1 s')`,
  ],
  ['23505', sql`insert into categories (id, name) values (gen_random_uuid(), 'THINGS')`],
  ['23001', sql`update inventory_movements set delta = 1`],
  ['23001', sql`delete from inventory_movements`],
  [
    '23505',
    sql`insert into inventory_movements (product_id, delta, reason, reference) select product_id, 1, 'return', 'r' from inventory limit 1 returning (select 1 from (values (1)) v)`,
  ],
])('C40: the database itself refuses with %s', async (sqlstate, statement) => {
  await catalog.stocked(1)
  const twice = async () => {
    await statement.execute(catalog.kysely)
    await statement.execute(catalog.kysely)
  }
  await expect(twice()).rejects.toMatchObject({ code: sqlstate })
})

const key = { reference: 'order:1', reservation_id: '0192f0c4-5a00-7000-8000-000000000001' }
const oneOf = 'Give one of reference and reservation_id, and not both'
test.each([
  [{}, [{ pointer: '/reference', code: 'custom', message: oneOf }]],
  [key, [{ pointer: '/reservation_id', code: 'custom', message: oneOf }]],
  [{ reference: 'a b' }, [{ pointer: '/reference', code: 'invalid_format' }]],
  [{ reservation_id: 'x' }, [{ pointer: '/reservation_id' }]],
  [{ reference: 'order:1', units: 1 }, [{ pointer: '/units', message: 'Unknown field' }]],
])('a reservation is named in one way, and %j is refused with a pointer and what to do', async (body, errors) => {
  for (const closing of ['release', 'commit', 'return']) {
    const answer = await catalog.send('POST', `/api/v1/inventory/${closing}`, { as: 'admin', body })
    expect([answer.status, answer.body.code]).toEqual([422, 'request/invalid'])
    expect(answer.body.errors).toMatchObject(errors)
    expect(answer.body.errors).toHaveLength(1)
  }
})
