import { randomUUID } from 'node:crypto'
import { hashPassword, verifyPassword } from '../../../services/users/password-hash.ts'
import { bareReserves } from './bare-reserve.ts'
import { runClosedLoop } from './closed-loop.ts'
import type { HttpCall } from './http-call.ts'
import { percentile, runOpenLoop } from './open-loop.ts'
import { type PreparedRows, password } from './prepared-rows.ts'
import type { Measurement } from './row.ts'
import type { RunningService, ShopUnderTest } from './shop-under-test.ts'
import { createVocabulary } from './vocabulary.ts'

export type Ground = { readonly shop: ShopUnderTest; readonly rows: PreparedRows; readonly rounds: number }

const logInAs = (users: RunningService, email: string): HttpCall => ({
  url: `${users.url}/api/v1/auth/login`,
  method: 'POST',
  body: JSON.stringify({ email, password }),
})

/** Two at once, as the service lets in on two cores. */
const bareHashesPerSecond = async (count: number): Promise<number> => {
  const stored = await hashPassword(password)
  let next = 0
  const worker = async () => {
    while (next++ < count) await verifyPassword(password, stored)
  }
  const began = performance.now()
  await Promise.all([worker(), worker()])
  return count / ((performance.now() - began) / 1000)
}

type Compared = { bare(): Promise<number>; real(): Promise<number> }

/** The best of each, its rounds taken in turn, so that whatever else the machine does hits both alike. */
const bestRatio = async (rounds: number, { bare, real }: Compared): Promise<number> => {
  const most = { bare: 0, real: 0 }
  for (let round = 0; round < rounds; round++) {
    most.bare = Math.max(most.bare, await bare())
    most.real = Math.max(most.real, await real())
  }
  return most.real / most.bare
}

/** Logins a second against what the machine's hashing alone allows. */
export const measureLogins = async ({ shop, rows, rounds }: Ground): Promise<readonly Measurement[]> => {
  const users = await shop.start('users')
  const count = 200
  const logins = () =>
    runClosedLoop({
      call: (index) => logInAs(users, rows.emails[index % rows.emails.length] ?? ''),
      connections: 4,
      requests: count,
      answers: [200],
    }).then(({ seconds }) => count / seconds)
  const value = await bestRatio(rounds, { bare: () => bareHashesPerSecond(count), real: logins })
  await users.stop()
  return [{ id: 'X10.login', what: 'logins a second ÷ bare Argon2id, in turns', value, unit: '×', target: '>= 0.85' }]
}

/** Reserves a second against the bare statement on as many connections. */
export const measureReserves = async (
  { shop, rows, rounds }: Ground,
  token: string,
): Promise<readonly Measurement[]> => {
  const catalog = await shop.start('catalog')
  const count = 2_000
  const spread = (index: number) => rows.productIds[index % 1_000] ?? ''
  const hot = () => rows.productIds[0] ?? ''
  const reserves = (productOf: (index: number) => string) => () =>
    runClosedLoop({
      call: (index) => ({
        url: `${catalog.url}/api/v1/inventory/reserve`,
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ reference: randomUUID(), items: [{ product_id: productOf(index), quantity: 1 }] }),
      }),
      connections: 20,
      requests: count,
      answers: [201],
    }).then(({ seconds }) => count / seconds)
  const url = shop.databaseUrl('catalog')
  const ratioOf = (productOf: (index: number) => string) =>
    bestRatio(rounds, { bare: () => bareReserves(url, productOf, count), real: reserves(productOf) })
  const what = (of: string) => `reserves a second ÷ the bare statement, in turns: ${of}`
  const [many, one] = [await ratioOf(spread), await ratioOf(hot)]
  await catalog.stop()
  return [
    { id: 'X10.reserve', what: what('1,000 products'), value: many, unit: '×', target: '>= 0.4' },
    { id: 'X10.reserve', what: what('one hot product'), value: one, unit: '×', target: '>= 0.5' },
  ]
}

/** Of the whole request: the statement is nearly all of it. */
export const measureSearch = async ({ shop }: Ground): Promise<readonly Measurement[]> => {
  const catalog = await shop.start('catalog')
  const { search } = createVocabulary()
  const call = (index: number) => ({
    url: `${catalog.url}/api/v1/products?q=${encodeURIComponent(search(index))}&limit=20`,
  })
  await runClosedLoop({ call, connections: 1, requests: 50, answers: [200] })
  const { latencies } = await runOpenLoop({ call, requestsPerSecond: 5, seconds: 20 })
  await catalog.stop()
  const value = percentile(latencies, 0.95)
  return [{ id: 'X10.search', what: '100,000 products, p95 of the request', value, unit: 'ms', target: '<= 60' }]
}

/** 1,000 GET product a second, and what 200 logins at once do to the others. */
export const measureOpen = async ({ shop, rows }: Ground): Promise<readonly Measurement[]> => {
  const catalog = await shop.start('catalog')
  const users = await shop.start('users')
  const product = () => ({ url: `${catalog.url}/api/v1/products/${rows.productIds[0] ?? ''}` })
  const stock = (index: number) => ({ url: `${catalog.url}/api/v1/inventory/${rows.productIds[index % 1_000] ?? ''}` })
  await runClosedLoop({ call: stock, connections: 16, requests: 5_000, answers: [200] })
  const open = await runOpenLoop({ call: stock, requestsPerSecond: 1_000, seconds: 15 })

  const logIn = (index: number) => logInAs(users, rows.emails[index % rows.emails.length] ?? '')
  // A service that serves, not one that was started a moment ago: until then its code is not compiled.
  await runClosedLoop({ call: logIn, connections: 2, requests: 100, answers: [200] })
  const [logins, reads, health] = await Promise.all([
    runClosedLoop({
      call: logIn,
      connections: 200,
      requests: 400,
      answers: [200, 503],
    }),
    runOpenLoop({ call: product, requestsPerSecond: 50, seconds: 5 }),
    runOpenLoop({ call: () => ({ url: `${users.url}/health` }), requestsPerSecond: 50, seconds: 5 }),
  ])
  await Promise.all([catalog.stop(), users.stop()])
  const during = `while 200 log in at once (${logins.statuses[200] ?? 0} in, ${logins.statuses[503] ?? 0} told to wait)`
  return [
    {
      id: 'X10.open',
      what: '1,000 GET a second from PostgreSQL, p95',
      value: percentile(open.latencies, 0.95),
      unit: 'ms',
      target: '<= 20',
    },
    { id: 'X10.open', what: 'of them failed', value: open.failed, unit: '', target: '<= 0' },
    {
      id: 'A16',
      what: `GET product, p99 ${during}`,
      value: percentile(reads.latencies, 0.99),
      unit: 'ms',
      target: '<= 250',
    },
    {
      id: 'A16',
      what: `GET /health, p99 ${during}`,
      value: percentile(health.latencies, 0.99),
      unit: 'ms',
      target: '<= 250',
    },
  ]
}
