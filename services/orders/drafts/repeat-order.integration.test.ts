import { sql } from 'kysely'
import { afterEach, expect, test } from 'vitest'
import { type ServiceProcess, startService } from '../../kit/testing/service-process.ts'
import { orderSchema } from '../order-contract.ts'
import { postOrder, problemOf, writtenBy } from '../testing/orders-fixture.ts'
import { ordersStage } from '../testing/orders-stage.ts'
import { testAddress } from '../testing/test-address.ts'

const stage = ordersStage()

const path = '/api/v1/orders'
const writtenOnce = { orders: 1, items: 1, history: 1, keys: 1 }
const processes: ServiceProcess[] = []

afterEach(() => Promise.all(processes.splice(0).map((service) => service.kill())))

const bodyOf = ({ id }: { id: string }, quantity = 1) => ({ items: [{ product_id: id, quantity }] })
const order = async (body: unknown, key?: string, user = stage.customer) =>
  stage.app.request(path, postOrder(user, { body, ...(key === undefined ? {} : { key }) }))

async function startProcess(): Promise<ServiceProcess> {
  const service = await startService(new URL('../main.ts', import.meta.url).pathname, stage.fixture.environment)
  processes.push(service)
  return service
}

test('O1: fifty parallel orders with one key, over two processes, make one order and give one answer', async () => {
  const urls = (await Promise.all([startProcess(), startProcess()])).map(({ url }) => url)
  const rounds = 20
  for (let round = 0; round < rounds; round += 1) {
    const pan = stage.catalog.addProduct()
    const user = await stage.fixture.signIn()
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
    expect(await writtenBy(user, stage.fixture)).toEqual(writtenOnce)
    const again = await fetch(`${urls[0]}${path}`, init)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await again.text()).toBe(created[0]?.body)
  }
}, 60_000)

test('O2: a repeat has the status, body and headers of the first answer, and touches nothing', async () => {
  const body = bodyOf(stage.catalog.addProduct())
  const first = await order(body, 'k')
  stage.catalog.forget()
  const again = await order(body, '"k"')
  expect([again.status, await again.text()]).toEqual([201, await first.text()])
  for (const name of ['location', 'etag', 'content-type']) {
    expect(again.headers.get(name)).toBe(first.headers.get(name))
  }
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(stage.catalog.calls).toEqual([])
  expect(await writtenBy(stage.customer, stage.fixture)).toEqual(writtenOnce)
})

test('O2: JSON with other spacing or key order is the same body', async () => {
  const { id } = stage.catalog.addProduct()
  await order(`{"items":[{"product_id":"${id}","quantity":1}]}`, 'k')
  const again = await order(`{ "items" : [ { "quantity" : 1, "product_id" : "${id}" } ] }`, 'k')
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})

test('O2: an id in capital letters is the same id, in the body and in the path', async () => {
  const { id } = stage.catalog.addProduct()
  const bodyOfId = (product_id: string) => ({
    items: [{ product_id, quantity: 1 }],
    shipping_address: testAddress,
  })
  await order(bodyOfId(id), 'k')
  const again = await order(bodyOfId(id.toUpperCase()), 'k')
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
  const { shop } = stage
  const { id: orderId } = orderSchema.parse(await again.json())
  expect((await shop.pay(orderId, 'tok_ok', 'pay')).status).toBe(200)
  const repeated = await shop.pay(orderId.toUpperCase(), 'tok_ok', 'pay')
  expect([repeated.status, repeated.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
})

test('no body is an empty one, also of a repeat', async () => {
  const headers = { authorization: `Bearer ${stage.customer.token}`, 'idempotency-key': 'k' }
  const post = () => stage.app.request(path, { method: 'POST', headers })
  const first = await post()
  expect(orderSchema.parse(await first.json())).toMatchObject({ status: 'draft', items: [] })
  expect((await post()).headers.get('idempotency-replayed')).toBe('true')
})

test('O2: the same key with another body is a 422, and the order stands', async () => {
  const pan = stage.catalog.addProduct()
  await order(bodyOf(pan), 'k')
  const other = await order(bodyOf(pan, 2), 'k')
  expect(await problemOf(other)).toMatchObject({ status: 422, code: 'idempotency/mismatch' })
  expect(await writtenBy(stage.customer, stage.fixture)).toEqual(writtenOnce)
})

test('O2: while the first one runs a repeat is a 409 and another body a 422', async () => {
  const pan = stage.catalog.addProduct()
  const { promise: reserved, resolve: reserving } = Promise.withResolvers<void>()
  const { promise: finish, resolve: finished } = Promise.withResolvers<void>()
  stage.catalog.disturb(async () => {
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
  const response = await order(bodyOf(stage.catalog.addProduct()), key)
  expect(await problemOf(response)).toMatchObject({ status: 400, errors: [{ parameter: 'idempotency-key' }] })
})

test('O2: another user’s same key is independent', async () => {
  const pan = stage.catalog.addProduct()
  const other = await stage.fixture.signIn()
  const [mine, theirs] = [await order(bodyOf(pan), 'k'), await order(bodyOf(pan), 'k', other)]
  expect(orderSchema.parse(await mine.json()).id).not.toBe(orderSchema.parse(await theirs.json()).id)
})

test('O12: a process killed while it works on a key leaves one that another takes up when its time is over', async () => {
  const pan = stage.catalog.addProduct()
  const service = await startProcess()
  const { promise: asked, resolve: asking } = Promise.withResolvers<void>()
  stage.catalog.disturb(async () => {
    asking()
    await service.ended
    return undefined
  })
  const init = postOrder(stage.customer, { key: 'k', body: bodyOf(pan) })
  const lost = fetch(service.url + path, init).catch(() => 'lost' as const)
  await asked
  await service.kill()
  expect(await lost).toBe('lost')

  stage.catalog.disturb(() => undefined)
  expect((await order(bodyOf(pan), 'k')).status).toBe(409)
  await sql`update idempotency_keys set locked_until = now() where user_id = ${stage.customer.id}`.execute(
    stage.fixture.database.kysely,
  )
  expect((await order(bodyOf(pan), 'k')).status).toBe(201)
  expect(await writtenBy(stage.customer, stage.fixture)).toEqual(writtenOnce)
})
