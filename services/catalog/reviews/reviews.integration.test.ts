import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../kit/app.ts'
import type { Envelope } from '../../kit/bus/envelope.ts'
import { handledBy } from '../../kit/consumers/testing/handled-once.ts'
import { createGuard } from '../../kit/guard.ts'
import { createHealth } from '../../kit/health.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { createCursors } from '../../kit/pagination.ts'
import { createRoutes } from '../../kit/routes.ts'
import { sessionsOfTokens } from '../../kit/testing/sessions-of-tokens.ts'
import { keptLog } from '../../kit/testing/test-app.ts'
import { services } from '../../registry.ts'
import { catalogAccess } from '../access.ts'
import { countOf, parallel } from '../testing/answer.ts'
import { customer, type TestCatalog, testCatalog } from '../testing/test-catalog.ts'
import { purchases } from './purchases.ts'
import { addReviewRoutes } from './review-routes.ts'

let catalog: TestCatalog
beforeAll(async () => {
  catalog = await testCatalog()
})
afterAll(() => catalog.close())

const reviewsOf = (product: string) => `/api/v1/products/${product}/reviews`
const review = (product: string, as: string, body: object = { rating: 4, comment: 'Good' }) =>
  catalog.send('POST', reviewsOf(product), { as, body })
const getProduct = async (product: string) => (await catalog.send('GET', `/api/v1/products/${product}`)).body
const ratingOf = (stars: number) => ({ rating: stars, comment: '' })

async function sumsOf(product: string) {
  const { rows } = await sql<{ rating_count: number; rating_sum: number; counted: number; summed: number }>`
    select rating_count, rating_sum,
      (select count(*) from reviews r where r.product_id = p.id) as counted,
      (select coalesce(sum(r.rating), 0) from reviews r where r.product_id = p.id) as summed
    from products p where p.id = ${product}`.execute(catalog.kysely)
  return rows[0]
}

test('C7: of 200 parallel reviews, then 50 edits and 50 deletions at once, the sums are exact', async () => {
  const product = await catalog.stocked(1)
  const users = Array.from({ length: 200 }, () => randomUUID())
  const stars = (index: number) => 1 + (index % 5)
  const written = await parallel(200, (index) => review(product, users[index] ?? '', ratingOf(stars(index))))
  expect(countOf(written, 201)).toBe(200)
  const path = (index: number) => `${reviewsOf(product)}/${written[index]?.body.id}`
  const changed = await parallel(100, (index) => {
    const as = users[index] ?? ''
    if (index % 2 === 1) return catalog.send('DELETE', path(index), { as })
    return catalog.send('PUT', path(index), { as, body: ratingOf(stars(index + 3)) })
  })
  expect([countOf(changed, 200), countOf(changed, 204)]).toEqual([50, 50])

  const left = users.flatMap((_, index) => {
    if (index >= 100) return [stars(index)]
    return index % 2 === 1 ? [] : [stars(index + 3)]
  })
  const sum = left.reduce((total, rating) => total + rating, 0)
  expect(await sumsOf(product)).toEqual({ rating_count: 150, rating_sum: sum, counted: 150, summed: sum })
  const average = Number((sum / 150).toFixed(2))
  expect((await getProduct(product)).rating).toEqual({ count: 150, average })
})

test('twenty edits and a deletion of one review at once leave exact sums and no failure', async () => {
  for (let round = 0; round < 20; round += 1) {
    const product = await catalog.stocked(1)
    const path = `${reviewsOf(product)}/${(await review(product, customer, ratingOf(1))).body.id}`
    const answers = await parallel(21, (index) =>
      index === 15
        ? catalog.send('DELETE', path, { as: customer })
        : catalog.send('PUT', path, { as: customer, body: ratingOf(index % 2 === 0 ? 5 : 1) }),
    )
    expect(countOf(answers, 204)).toBe(1)
    expect(countOf(answers, 200) + countOf(answers, 404)).toBe(20)
    expect(await sumsOf(product)).toEqual({ rating_count: 0, rating_sum: 0, counted: 0, summed: 0 })
  }
})

test('C32: of 20 parallel reviews of one product by one user one is written', async () => {
  for (let round = 0; round < 20; round += 1) {
    const product = await catalog.stocked(1)
    const answers = await parallel(20, () => review(product, customer))
    expect([countOf(answers, 201), countOf(answers, 409)]).toEqual([1, 19])
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('review/already-written')
    expect(await sumsOf(product)).toEqual({ rating_count: 1, rating_sum: 4, counted: 1, summed: 4 })
  }
})

test.each([
  ['of no star', { rating: 0 }, '/rating'],
  ['of six stars', { rating: 6 }, '/rating'],
  ['of half a star', { rating: 4.5 }, '/rating'],
  ['with its stars as text', { rating: '5' }, '/rating'],
  ['without stars', { comment: 'x' }, '/rating'],
  ['of 5001 characters', { rating: 5, comment: 'x'.repeat(5_001) }, '/comment'],
  ['that calls itself verified', { rating: 5, verified_purchase: true }, '/verified_purchase'],
])('C41: a review %s is refused', async (_, body, pointer) => {
  const answer = await review(await catalog.stocked(1), customer, body)
  expect([answer.status, answer.body.errors.map((error) => error.pointer)]).toEqual([422, [pointer]])
})

test('C41: markup comes back as the text it was, which no browser takes for anything else', async () => {
  const product = await catalog.stocked(1)
  const comment = `<script>alert("1")</script>${'🜁'.repeat(4_900)}`
  expect((await review(product, customer, { rating: 5, comment })).status).toBe(201)
  const listed = await catalog.send('GET', reviewsOf(product))
  expect(listed.body.data).toMatchObject([{ comment, rating: 5, user_id: customer, verified_purchase: false }])
  expect(listed.headers.get('content-type')).toMatch(/^application\/json/)
  expect(listed.headers.get('x-content-type-options')).toBe('nosniff')
})

test('C41: whoever has not verified the address cannot review', async () => {
  const product = await catalog.stocked(1)
  const guard = createGuard({
    access: catalogAccess,
    verify: async () => ({
      kind: 'user',
      userId: customer,
      sessionId: randomUUID(),
      role: 'user',
      emailVerified: false,
    }),
    sessions: sessionsOfTokens,
    onDegraded: () => undefined,
  })
  const routes = createRoutes()
  addReviewRoutes(routes, {
    database: catalog.kysely,
    guard,
    cursors: createCursors('a secret of the tests'),
    newId: randomUUID,
    afterProductChange: async () => undefined,
  })
  const metrics = createMetrics()
  const health = createHealth({ required: {}, optional: {}, elapsed: () => performance.now() })
  const facts = services.catalog
  const app = createApp({ facts, version: 'test', logger: keptLog().logger, metrics, health, routes })
  const response = await app.request(reviewsOf(product), {
    method: 'POST',
    headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
    body: JSON.stringify(ratingOf(5)),
  })
  expect([response.status, await response.json()]).toMatchObject([403, { code: 'auth/email-not-verified' }])
  expect(await sumsOf(product)).toMatchObject({ rating_count: 0, counted: 0 })
})

test("C41: somebody else's review is as if it were not there; an admin may change it, which leaves a line", async () => {
  const product = await catalog.stocked(1)
  const { body, headers } = await review(product, customer)
  const path = `${reviewsOf(product)}/${body.id}`
  expect(headers.get('location')).toBe(path)
  const other = randomUUID()
  const unknown = await catalog.send('PUT', `${reviewsOf(product)}/${other}`, { as: other, body: ratingOf(1) })
  for (const method of ['PUT', 'DELETE']) {
    const answer = await catalog.send(method, path, { as: other, ...(method === 'PUT' ? { body: ratingOf(1) } : {}) })
    expect([answer.status, answer.body.code]).toEqual([unknown.status, unknown.body.code])
  }
  const elsewhere = `${reviewsOf(await catalog.stocked(1))}/${body.id}`
  expect((await catalog.send('PUT', elsewhere, { as: customer, body: ratingOf(1) })).status).toBe(404)
  expect(await sumsOf(product)).toMatchObject({ rating_count: 1, rating_sum: 4 })

  expect((await catalog.send('PUT', path, { as: 'admin', body: ratingOf(2) })).status).toBe(200)
  expect((await catalog.send('DELETE', path, { as: 'admin' })).status).toBe(204)
  const { rows } = await sql`
    select action, before, after from audit_logs where target = ${`review:${body.id}`} order by id`.execute(
    catalog.kysely,
  )
  expect(rows).toEqual([
    { action: 'review_updated', before: { user_id: customer, rating: 4 }, after: { user_id: customer, rating: 2 } },
    { action: 'review_deleted', before: { user_id: customer, rating: 2 }, after: null },
  ])
  expect(await sumsOf(product)).toEqual({ rating_count: 0, rating_sum: 0, counted: 0, summed: 0 })
})

test('reviews of what is unknown or gone are 404, and are paged newest first', async () => {
  const product = await catalog.stocked(1)
  await parallel(7, () => review(product, randomUUID()))
  const ids: string[] = []
  let cursor = ''
  do {
    const { body } = await catalog.send('GET', `${reviewsOf(product)}?limit=3${cursor}`)
    ids.push(...body.data.map(({ id }) => id))
    cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`
  } while (cursor !== '')
  const { rows } = await sql<{ id: string }>`
    select id from reviews where product_id = ${product} order by created_at desc, id desc`.execute(catalog.kysely)
  expect(ids).toEqual(rows.map(({ id }) => id))

  await sql`update products set deleted_at = now() where id = ${product}`.execute(catalog.kysely)
  for (const gone of [product, randomUUID(), 'x']) {
    expect((await catalog.send('GET', reviewsOf(gone))).status).toBe(404)
    expect((await review(gone, randomUUID())).status).toBe(404)
  }
})

const told = (
  type: 'order.delivered.v1' | 'order.paid.v1',
  user_id: string,
  products: readonly string[],
): Envelope => ({
  id: randomUUID(),
  type,
  source: 'order-management',
  time: new Date().toISOString(),
  subject: randomUUID(),
  aggregate_version: 1,
  request_id: 'r',
  data: {
    user_id,
    status: type === 'order.paid.v1' ? 'paid' : 'delivered',
    currency: 'EUR',
    total_cents: 100,
    lines: products.map((product_id) => ({ product_id, quantity: 1 })),
    ...(type === 'order.paid.v1' ? { payment_id: randomUUID(), provider: 'simulated', amount_cents: 100 } : {}),
  },
})
const delivered = (user: string, ...products: string[]) => told('order.delivered.v1', user, products)
const handle = (event: Envelope) => handledBy(purchases, catalog.kysely)(event)
const verifiedIn = async (product: string) =>
  (await catalog.send('GET', reviewsOf(product))).body.data.map((found) => found.verified_purchase)

test('C41: a purchase is verified by its delivery alone, once though it is told ten times, before the review or after', async () => {
  const [bought, other] = [await catalog.stocked(1), await catalog.stocked(1)]
  const [first, second] = [randomUUID(), randomUUID()]
  for (const product of [bought, other]) {
    expect((await review(product, first)).body.verified_purchase).toBe(false)
    await review(product, randomUUID())
  }
  const event = delivered(first, bought, randomUUID())
  await parallel(10, () => handle(event))
  expect((await verifiedIn(bought)).toSorted()).toEqual([false, true])
  expect(await verifiedIn(other)).toEqual([false, false])
  const { rows } = await sql`
    select (select count(*) from processed_events where event_id = ${event.id}) as events,
      (select count(*) from verified_purchases where user_id = ${first}) as purchases`.execute(catalog.kysely)
  expect(rows).toEqual([{ events: 1, purchases: 1 }])

  await handle(delivered(second, other))
  expect((await review(other, second)).body.verified_purchase).toBe(true)
})

test('what was paid together is counted once for an event, both ways, also by many at once', async () => {
  const [one, other, third] = [await catalog.stocked(1), await catalog.stocked(1), await catalog.stocked(1)]
  const paid = (...products: string[]) => told('order.paid.v1', randomUUID(), products)
  const events = Array.from({ length: 20 }, (_, index) => (index < 15 ? paid(one, other, other) : paid(third, one)))
  await parallel(40, (index) => handle(events[index % 20] ?? paid()))
  const { rows } = await sql`
    select other_id, times from bought_together where product_id = ${one} order by times desc`.execute(catalog.kysely)
  expect(rows).toEqual([
    { other_id: other, times: 15 },
    { other_id: third, times: 5 },
  ])
  const related = await catalog.send('GET', `/api/v1/products/${one}/related?limit=2`)
  expect(related.body.data.map(({ id }) => id)).toEqual([other, third])
})
