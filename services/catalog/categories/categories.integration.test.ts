import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, countOf, parallel } from '../testing/answer.ts'
import { customer, type TestCatalog, testCatalog } from '../testing/test-catalog.ts'

let catalog: TestCatalog
beforeAll(async () => {
  catalog = await testCatalog()
})
afterAll(() => catalog.close())

const path = (id: string) => `/api/v1/categories/${id}`
const create = (parent_id: string | null = null, name: string = randomUUID()) =>
  catalog.send('POST', '/api/v1/categories', { as: 'admin', body: { name, parent_id } })
const created = async (parent: string | null = null) => (await create(parent)).body.id
const get = (id: string) => catalog.send('GET', path(id))
const put = (id: string, parent_id: string | null, { name, tag }: { name?: string; tag?: string } = {}) =>
  catalog.send('PUT', path(id), {
    as: 'admin',
    body: { name: name ?? randomUUID(), parent_id },
    headers: { 'if-match': tag ?? '"1"' },
  })
const remove = (id: string) => catalog.send('DELETE', path(id), { as: 'admin' })
const addProduct = (category_id: string) =>
  catalog.send('POST', '/api/v1/products', {
    as: 'admin',
    body: { sku: randomUUID(), name: 'Thing', price: 1, currency: 'EUR', category_id },
  })

/** Categories from which walking up never ends at a root. */
async function lost(): Promise<readonly unknown[]> {
  const { rows } = await sql`
    with recursive rooted as (
      select id from categories where parent_id is null
      union
      select c.id from categories c join rooted on c.parent_id = rooted.id
    )
    select id from categories where id not in (select id from rooted)`.execute(catalog.kysely)
  return rows
}

const verdict = ({ status, body }: Answer) => `${status} ${body.code}`.trim()

test('C6: of two moves that would make a circle one is made, 100 times', async () => {
  for (let round = 0; round < 100; round += 1) {
    const [a, b] = [await created(), await created()]
    const answers = await Promise.all([put(a, b), put(b, a)])
    expect(answers.map(verdict).toSorted()).toEqual(['200', '409 category/cycle'])
  }
  expect(await lost()).toEqual([])
})

test('a category is replaced by If-Match: * whatever its version, where there is one', async () => {
  const id = await created()
  for (const version of ['"2"', '"3"']) {
    const { status, headers } = await put(id, null, { tag: '*' })
    expect([status, headers.get('etag')]).toEqual([200, version])
  }
  expect((await put(randomUUID(), null, { tag: '*' })).status).toBe(404)
})

test('C6: three moves in a ring, each allowed by itself, leave a tree', async () => {
  for (let round = 0; round < 20; round += 1) {
    const [a, b, c] = [await created(), await created(), await created()]
    const answers = await Promise.all([put(a, b), put(b, c), put(c, a)])
    expect([countOf(answers, 200), countOf(answers, 409)]).toEqual([2, 1])
  }
  expect(await lost()).toEqual([])
})

test('C6: a category cannot be its own parent or be below its own descendant', async () => {
  const top = await created()
  const middle = await created(top)
  const bottom = await created(middle)
  for (const parent of [top, middle, bottom]) expect(verdict(await put(top, parent))).toBe('409 category/cycle')
  expect((await put(bottom, top)).status).toBe(200)
})

test('C6: a tree of more than eight levels is refused, also when a branch is moved or grows at both ends at once', async () => {
  const chain = [await created()]
  while (chain.length < 8) chain.push(await created(chain.at(-1)))
  const tooDeep = async (answer: Promise<Answer>) => {
    const { status, body } = await answer
    expect([status, body.errors]).toMatchObject([422, [{ pointer: '/parent_id', code: 'too_deep' }]])
  }
  await tooDeep(create(chain[7]))
  const other = await created()
  const below = await created(other)
  await tooDeep(put(other, chain[6] ?? ''))
  expect((await put(below, chain[6] ?? '')).status).toBe(200)

  for (let round = 0; round < 20; round += 1) {
    const upper = [await created()]
    while (upper.length < 4) upper.push(await created(upper.at(-1)))
    const lower = [await created()]
    while (lower.length < 4) lower.push(await created(lower.at(-1)))
    const answers = await Promise.all([put(lower[0] ?? '', upper[3] ?? ''), create(lower[3])])
    expect(answers.map(({ status }) => status === 422)).toContain(true)
    expect(answers.map(({ status }) => status === 422)).toContain(false)
  }
})

test('C29: while a category is deleted and a product or a child is put into it one of both is refused, 100 times', async () => {
  for (let round = 0; round < 100; round += 1) {
    const id = await created()
    const child = round % 2 === 0
    const [added, removed] = await Promise.all([child ? create(id) : addProduct(id), remove(id)])
    const outcome = `${verdict(added)} ${verdict(removed)}`
    expect(['201 409 category/not-empty', '422 request/invalid 204']).toContain(outcome)
  }
  const { rows } = await sql`
    select p.id from products p left join categories c on c.id = p.category_id where c.id is null
    union all
    select c.id from categories c left join categories above on above.id = c.parent_id
    where c.parent_id is not null and above.id is null`.execute(catalog.kysely)
  expect(rows).toEqual([])
})

test('a category shows its path and changes its tag when what is above it changes', async () => {
  const top = (await create(null, 'Top')).body.id
  const middle = (await create(top, 'Middle')).body.id
  const made = await create(middle, 'Bottom')
  expect(made.headers.get('location')).toBe(path(made.body.id))
  const found = await get(made.body.id)
  expect(found.body.path).toEqual([
    { id: top, name: 'Top' },
    { id: middle, name: 'Middle' },
    { id: made.body.id, name: 'Bottom' },
  ])
  const tag = found.headers.get('etag') ?? ''
  const again = { headers: { 'if-none-match': tag } }
  expect((await catalog.send('GET', path(made.body.id), again)).status).toBe(304)
  await put(top, null, { name: 'Higher' })
  expect((await catalog.send('GET', path(made.body.id), again)).status).toBe(200)
  expect((await put(made.body.id, null, { name: 'Bottom', tag })).status).toBe(200)
  for (const unknown of [randomUUID(), 'x']) expect((await get(unknown)).status).toBe(404)
})

test('of 20 creates of one name below one parent one is made, in any case of its letters, also at the root', async () => {
  for (const parent of [null, await created()]) {
    const answers = await parallel(20, (index) => create(parent, index % 2 === 0 ? 'Teapots' : 'TEAPOTS'))
    expect([countOf(answers, 201), countOf(answers, 409)]).toEqual([1, 19])
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('category/name-taken')
  }
})

test('the name of a category is compared and kept without the blanks around it', async () => {
  const parent = await created()
  expect((await create(parent, ' Saucers\u00a0')).body).toMatchObject({ name: 'Saucers' })
  expect(verdict(await create(parent, '\tsaucers '))).toBe('409 category/name-taken')
  const other = await created(parent)
  expect(verdict(await put(other, parent, { name: 'SAUCERS ' }))).toBe('409 category/name-taken')
})

test('of 20 changes with one tag one is made; without a tag none', async () => {
  const id = await created()
  const answers = await parallel(20, () => put(id, null))
  expect([countOf(answers, 200), countOf(answers, 412)]).toEqual([1, 19])
  expect((await get(id)).body.version).toBe(2)
  const untagged = await catalog.send('PUT', path(id), { as: 'admin', body: { name: 'X' } })
  expect([untagged.status, (await put(id, null, { tag: 'W/"2"' })).status]).toEqual([428, 412])
  expect((await put(randomUUID(), null)).status).toBe(404)
})

test.each([
  [{ name: '' }, ['/name']],
  [{ name: ' ' }, ['/name']],
  [{ name: 'x'.repeat(101) }, ['/name']],
  [{ name: '\u200b\u2060' }, ['/name']],
  [{ name: 'Ket\u0007tles' }, ['/name']],
  [{ name: '\u202eselttek' }, ['/name']],
  [{ name: 'Fine', parent_id: randomUUID() }, ['/parent_id']],
  [{ name: 'Fine', parent_id: 'x', position: 1 }, ['/parent_id', '/position']],
])('the category %# is refused with a pointer to each fault', async (body, pointers) => {
  const answer = await catalog.send('POST', '/api/v1/categories', { as: 'admin', body })
  expect([answer.status, answer.body.errors.map(({ pointer }) => pointer).toSorted()]).toEqual([422, pointers])
})

test('C38: a category too has its event and its line for each change, and none for a refused one', async () => {
  const id = await created()
  await put(id, catalog.categoryId, { name: 'Renamed' })
  await put(id, id, { tag: '"2"' })
  await remove(id)
  const state = { category_id: id, parent_id: catalog.categoryId, version: 2 }
  expect(await catalog.eventsOf(id)).toEqual([
    { type: 'category.changed.v1', data: { ...state, change: 'created', parent_id: null, version: 1 } },
    { type: 'category.changed.v1', data: { ...state, change: 'updated' } },
    { type: 'category.changed.v1', data: { ...state, change: 'deleted' } },
  ])
  const { rows } = await sql`
    select action, before ->> 'name' is null as made, after ->> 'name' as name from audit_logs
    where target = ${`category:${id}`} and actor like 'user:%' order by id`.execute(catalog.kysely)
  expect(rows).toEqual([
    { action: 'category_created', made: true, name: expect.any(String) },
    { action: 'category_updated', made: false, name: 'Renamed' },
    { action: 'category_deleted', made: false, name: null },
  ])
  expect((await catalog.send('DELETE', path(await created()), { as: customer })).status).toBe(403)
})

test.each([
  ['limit=2', ['limit']],
  ['limit=20', ['limit']],
  ['cursor=x&limit=2', ['cursor', 'limit']],
])('the tree is whole, so that %s is refused with 400 and named', async (query, parameters) => {
  const { status, body } = await catalog.send('GET', `/api/v1/categories?view=tree&${query}`)
  expect([status, body.code, body.errors.map(({ parameter }) => parameter).toSorted()]).toEqual([
    400,
    'request/malformed',
    parameters,
  ])
})
