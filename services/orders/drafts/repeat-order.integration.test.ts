import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { orderSchema } from '../order-contract.ts'
import type { CatalogStandIn } from '../testing/catalog-stand-in.ts'
import {
  type OrdersApp,
  type OrdersFixture,
  ordersFixture,
  postOrder,
  problemOf,
  type User,
  writtenBy,
} from '../testing/orders-fixture.ts'

const path = '/api/v1/orders'
const writtenOnce = { orders: 1, items: 1, history: 1, keys: 1 }
let fixture: OrdersFixture
let catalog: CatalogStandIn
let app: OrdersApp
let customer: User
const processes: ChildProcess[] = []

beforeAll(async () => {
  fixture = await ordersFixture()
  catalog = fixture.catalog
})
afterAll(() => fixture.close())
beforeEach(async () => {
  catalog.disturb(() => undefined)
  catalog.forget()
  customer = await fixture.signIn()
  app = await fixture.openApp()
})
afterEach(async () => {
  await app.close()
  for (const child of processes.splice(0)) await kill(child)
})

const bodyOf = ({ id }: { id: string }, quantity = 1) => ({ items: [{ product_id: id, quantity }] })
const order = async (body: unknown, key?: string, user = customer) =>
  app.request(path, postOrder(user, { body, ...(key === undefined ? {} : { key }) }))

/** A process of the service; resolves to its URL when it listens. */
async function startProcess(): Promise<{ url: string; child: ChildProcess }> {
  const main = new URL('../main.ts', import.meta.url).pathname
  const environment = { ...process.env, ...fixture.environment }
  const child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  processes.push(child)
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    const listening = z.looseObject({ message: z.literal('listening'), port: z.int() }).safeParse(JSON.parse(line))
    if (!listening.success) continue
    child.stdout.resume()
    return { url: `http://127.0.0.1:${listening.data.port}`, child }
  }
  throw new Error(`the service ended: ${said.join('\n')}`)
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

test('O1: fifty parallel orders with one key, over two processes, make one order and give one answer', async () => {
  const urls = (await Promise.all([startProcess(), startProcess()])).map(({ url }) => url)
  const rounds = 20
  for (let round = 0; round < rounds; round += 1) {
    const pan = catalog.addProduct()
    const user = await fixture.signIn()
    const init = postOrder(user, { key: `round-${round}`, body: bodyOf(pan, 2) })
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const response = await fetch(`${urls[index % 2]}${path}`, init)
        return { response, body: await response.text() }
      }),
    )
    const created = answers.filter(({ response }) => response.status === 201)
    const waiting = answers.filter(({ response }) => response.status === 409)
    expect(created.length + waiting.length).toBe(50)
    expect(created.filter(({ response }) => response.headers.get('idempotency-replayed') === null)).toHaveLength(1)
    expect(new Set(created.map(({ body }) => body)).size).toBe(1)
    for (const { response, body } of waiting) {
      expect(response.headers.get('retry-after')).toBe('1')
      expect(JSON.parse(body)).toMatchObject({ code: 'idempotency/in-progress' })
    }
    expect(await writtenBy(user, fixture)).toEqual(writtenOnce)
    const again = await fetch(`${urls[0]}${path}`, init)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await again.text()).toBe(created[0]?.body)
  }
}, 60_000)

test('O2: a repeat has the status, body and headers of the first answer, and touches nothing', async () => {
  const body = bodyOf(catalog.addProduct())
  const first = await order(body, 'k')
  catalog.forget()
  const again = await order(body, '"k"')
  expect([again.status, await again.text()]).toEqual([201, await first.text()])
  for (const name of ['location', 'etag', 'content-type']) {
    expect(again.headers.get(name)).toBe(first.headers.get(name))
  }
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(catalog.calls).toEqual([])
  expect(await writtenBy(customer, fixture)).toEqual(writtenOnce)
})

test('O2: JSON with other spacing or key order is the same body', async () => {
  const { id } = catalog.addProduct()
  await order(`{"items":[{"product_id":"${id}","quantity":1}]}`, 'k')
  const again = await order(`{ "items" : [ { "quantity" : 1, "product_id" : "${id}" } ] }`, 'k')
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})

test('O2: the same key with another body is a 422, and the order stands', async () => {
  const pan = catalog.addProduct()
  await order(bodyOf(pan), 'k')
  const other = await order(bodyOf(pan, 2), 'k')
  expect(await problemOf(other)).toMatchObject({ status: 422, code: 'idempotency/mismatch' })
  expect(await writtenBy(customer, fixture)).toEqual(writtenOnce)
})

test('O2: while the first one runs a repeat is a 409 and another body a 422', async () => {
  const pan = catalog.addProduct()
  const { promise: reserved, resolve: reserving } = Promise.withResolvers<void>()
  const { promise: finish, resolve: finished } = Promise.withResolvers<void>()
  catalog.disturb(async () => {
    reserving()
    await finish
    return undefined
  })
  const first = order(bodyOf(pan), 'k')
  await reserved
  const meanwhile = await order(bodyOf(pan), 'k')
  expect(meanwhile.headers.get('retry-after')).toBe('1')
  expect(await problemOf(meanwhile)).toMatchObject({ status: 409, code: 'idempotency/in-progress' })
  expect((await order(bodyOf(pan, 2), 'k')).status).toBe(422)
  finished()
  expect((await first).status).toBe(201)
})

test.each([
  ['no key', undefined],
  ['a key of 256 characters', 'k'.repeat(256)],
])('O2: %s is a 400', async (_, key) => {
  const response = await order(bodyOf(catalog.addProduct()), key)
  expect(await problemOf(response)).toMatchObject({ status: 400, errors: [{ parameter: 'idempotency-key' }] })
})

test('O2: another user’s same key is independent', async () => {
  const pan = catalog.addProduct()
  const other = await fixture.signIn()
  const [mine, theirs] = [await order(bodyOf(pan), 'k'), await order(bodyOf(pan), 'k', other)]
  expect(orderSchema.parse(await mine.json()).id).not.toBe(orderSchema.parse(await theirs.json()).id)
})

test('O12: a process killed while it works on a key leaves one that another takes up when its time is over', async () => {
  const pan = catalog.addProduct()
  const { child, url } = await startProcess()
  const { promise: asked, resolve: asking } = Promise.withResolvers<void>()
  catalog.disturb(async () => {
    asking()
    await once(child, 'exit')
    return undefined
  })
  const init = postOrder(customer, { key: 'k', body: bodyOf(pan) })
  const lost = fetch(url + path, init).catch(() => 'lost' as const)
  await asked
  await kill(child)
  expect(await lost).toBe('lost')

  catalog.disturb(() => undefined)
  expect((await order(bodyOf(pan), 'k')).status).toBe(409)
  await sql`update idempotency_keys set locked_until = now() where user_id = ${customer.id}`.execute(
    fixture.database.kysely,
  )
  expect((await order(bodyOf(pan), 'k')).status).toBe(201)
  expect(await writtenBy(customer, fixture)).toEqual(writtenOnce)
})
