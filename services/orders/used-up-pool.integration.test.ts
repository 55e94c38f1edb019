import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { as, type OrdersFixture, ordersFixture, postOrder, type User } from './testing/orders-fixture.ts'

let fixture: OrdersFixture
let service: ServiceProcess
let customer: User
beforeAll(async () => {
  fixture = await ordersFixture()
  customer = await fixture.signIn()
  const main = new URL('main.ts', import.meta.url).pathname
  service = await startService(main, { ...fixture.environment, DATABASE_POOL: '5' })
})
afterAll(async () => {
  await service?.kill()
  await fixture.close()
})

const list = () => fetch(`${service.url}/api/v1/orders`, as(customer))
const cancel = () =>
  fetch(`${service.url}/api/v1/orders/${randomUUID()}/cancel`, postOrder(customer, { key: randomUUID(), body: {} }))

async function connections(): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(service.metricsUrl)).text()
  const found = [...text.matchAll(/^db_pool_connections\{state="(\w+)"\} (\d+)$/gm)]
  return Object.fromEntries(found.map(([, state = '', count]) => [state, Number(count)]))
}

test('X12: with five connections, all of which wait, a hundred requests are 503 in time, and then all are back', async () => {
  await expect.poll(async () => (await list()).status, { timeout: 10_000 }).toBe(200)
  expect((await cancel()).status).toBe(404)
  const over = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holding = fixture.database.kysely.transaction().execute(async (transaction) => {
    await sql`lock table orders in access exclusive mode`.execute(transaction)
    locked.resolve()
    await over.promise
  })
  await locked.promise
  const timed = async (index: number) => {
    const startedAt = performance.now()
    const answer = await (index % 2 === 0 ? list() : cancel())
    await answer.text()
    return { outcome: [answer.status, answer.headers.has('retry-after')], took: performance.now() - startedAt }
  }
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => timed(index)))
  expect(new Set(answers.map(({ outcome }) => String(outcome)))).toEqual(new Set(['503,true']))
  // Two seconds for a connection, or three for the lock, and both where one is had at the last moment.
  expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(7_000)
  over.resolve()
  await holding
  expect([(await list()).status, (await cancel()).status]).toEqual([200, 404])
  await expect.poll(connections, { timeout: 5_000 }).toMatchObject({ used: 0, waiting: 0 })
})
