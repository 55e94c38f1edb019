import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type MailServer, startMailServer } from '../kit/mail/testing/mail-server.ts'
import { freePort } from '../kit/testing/free-port.ts'
import { type Gate, startGate } from '../kit/testing/gate.ts'
import { type RedisServer, startRedisServer, withoutRedis } from '../kit/testing/redis-server.ts'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { gatewayToken, type SmsGateway, smsGateway } from '../orders/notifications/testing/sms-gateway.ts'
import { type StripeServer, stripeMethods, stripeServer } from '../orders/payments/testing/stripe-server.ts'
import type { Person } from './callers.ts'
import { buyerAt } from './money/buyer.ts'
import type { Answer } from './role-matrix.ts'
import { webhookSecrets } from './service-settings.ts'
import { openShop, type Shop } from './shop.ts'
import { untilReady } from './until-ready.ts'
import { openWorld, sendTo } from './world.ts'

let redis: RedisServer | undefined
let mail: MailServer
let sms: SmsGateway
let smsGate: Gate
let stripe: StripeServer
let stripeGate: Gate
let database: Gate
let shop: Shop
/** Through all of this it is never started again. */
let orders: ServiceProcess
let customer: Person
let admin: Person
let productId: string

beforeAll(async () => {
  redis = withoutRedis === '' ? await startRedisServer() : undefined
  mail = await startMailServer()
  ;[sms, stripe] = await Promise.all([smsGateway(), stripeServer()])
  ;[smsGate, stripeGate] = await Promise.all([startGate(sms.url), startGate(stripe.url)])
  const shared = redis === undefined ? {} : { REDIS_URL: redis.url, EVENT_BUS_URL: redis.url }
  shop = await openShop({ users: shared, catalog: shared, orders: shared })
  database = await startGate(shop.urls.orders)
  await shop.services.orders.kill()
  orders = await shop.another('orders', {
    PORT: String(await freePort()),
    DATABASE_URL: database.url,
    STRIPE_API_BASE: stripeGate.url,
    SMTP_URL: mail.url,
    SMS_PROVIDER: 'http',
    SMS_HTTP_URL: `${smsGate.url}/messages`,
    SMS_HTTP_TOKEN: gatewayToken,
  })
  await untilReady(orders.url)
  customer = await shop.callers.person()
  admin = await shop.callers.person('admin')
  await sql`update users set phone = '+41445550188' where id = ${customer.id}`.execute(shop.users)
  productId = await (await openWorld(shop)).stocked(1_000)
}, 120_000)

afterAll(async () => {
  await shop?.close()
  await Promise.all([database, smsGate, stripeGate].map((gate) => gate?.close()))
  await Promise.all([mail?.stop(), sms?.close(), stripe?.close(), redis?.stop()])
})

const buyer = () => buyerAt(orders.url, customer)
const create = () => buyer().create([{ product_id: productId, quantity: 1 }])
const byStripe = { provider: 'stripe', token: stripeMethods.ok } as const
const list = (as: Person) => buyerAt(orders.url, as).send('GET', '')
const ship = (id: string) => buyerAt(orders.url, admin).ship(id, { carrier: 'other', tracking_number: `T${id}` })

const idOf = ({ status, json, text }: Answer): string => {
  expect(status, text).toBe(201)
  return String(json.id)
}

const everything = { create: 201, pay: 200, stripe: 200, read: 200, list: 200, all: 200, ship: 201 }

/** Every status of what customers and admins do, where nothing is gone; the two orders are anew each time. */
async function fullFunction(): Promise<Partial<typeof everything>> {
  const [one, other] = [await create(), await create()]
  if (one.status !== 201 || other.status !== 201) return { create: one.status }
  const [paid, unpaid] = [String(one.json.id), String(other.json.id)]
  return {
    create: one.status,
    pay: (await buyer().pay(paid)).status,
    stripe: (await buyer().pay(unpaid, byStripe)).status,
    read: (await buyer().read(paid)).status,
    list: (await list(customer)).status,
    all: (await list(admin)).status,
    ship: (await ship(paid)).status,
  }
}
const expectBack = () => expect.poll(fullFunction, { timeout: 30_000, interval: 500 }).toEqual(everything)

const healthSchema = z.looseObject({
  status: z.union([z.string(), z.number()]),
  checks: z.record(z.string(), z.string()),
})
async function health() {
  const answer = await fetch(`${orders.url}/health?check=ready`)
  return { ready: answer.status, ...healthSchema.parse(await answer.json()) }
}
const expectDegraded = (name: string) =>
  expect
    .poll(health, { timeout: 10_000 })
    .toMatchObject({ ready: 200, status: 'degraded', checks: { [name]: 'down', database: 'up' } })

const refused = ({ status, headers, json }: Answer) => ({ status, again: headers.has('retry-after'), code: json.code })
const unavailable = { status: 503, again: true, code: 'service/unavailable' }

const mailsOf = (orderId: string) => mail.mails.filter(({ whole }) => whole.includes(orderId)).length
/** A mail that met a server that was gone may wait for the probe of every 30 s. */
const mailMilliseconds = 45_000

test.skipIf(withoutRedis !== '')(
  `X26: without Redis orders works and its events wait; with it they are sent${withoutRedis}`,
  async () => {
    await expectBack()
    const port = redis?.port
    await redis?.stop()
    expect(await fullFunction()).toEqual(everything)
    const id = idOf(await create())
    expect((await buyer().pay(id)).status).toBe(200)
    const waiting = async () => {
      const { rows } = await sql`select from outbox_events where published_at is null`.execute(shop.orders)
      return rows.length
    }
    expect(await waiting()).toBeGreaterThan(0)
    expect(await fullFunction()).toEqual(everything)
    await expectDegraded('redis')

    redis = await startRedisServer(port)
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0)
    await expect.poll(() => mailsOf(id), { timeout: 30_000 }).toBe(2)
    await expectBack()
  },
)

test('X26: without users customers buy and read on, admins are told to wait, and mails find their address afterwards', async () => {
  const port = new URL(shop.services.users.url).port
  await shop.services.users.kill()
  await expect
    .poll(async () => refused(await list(admin)), { timeout: 10_000 })
    .toMatchObject({ status: 503, again: true })
  const id = idOf(await create())
  for (const _ of Array.from({ length: 8 })) {
    const next = idOf(await create())
    expect((await buyer().pay(next)).status).toBe(200)
    expect([(await buyer().read(next)).status, (await list(customer)).status]).toEqual([200, 200])
  }
  expect((await buyer().pay(id)).status).toBe(200)
  await expectDegraded('users')
  const { url } = shop.services.catalog
  expect((await fetch(`${url}/api/v1/products`)).status).toBe(200)
  const product = { method: 'POST', path: '/api/v1/products', as: admin, body: {} }
  expect(refused(await sendTo(url, product))).toMatchObject({ status: 503, again: true })

  await untilReady((await shop.another('users', { PORT: port })).url)
  await expectBack()
  await expect.poll(() => mailsOf(id), { timeout: mailMilliseconds }).toBe(2)
})

test('X26: without the catalog orders are read, and neither made nor paid; what was refused is as it was', async () => {
  const id = idOf(await create())
  const port = new URL(shop.services.catalog.url).port
  await shop.services.catalog.kill()
  const startedAt = performance.now()
  expect(refused(await create())).toEqual(unavailable)
  expect(refused(await buyer().pay(id))).toEqual(unavailable)
  expect(performance.now() - startedAt).toBeLessThan(6_000)
  expect([(await buyer().read(id)).status, (await list(customer)).status, (await list(admin)).status]).toEqual([
    200, 200, 200,
  ])
  expect((await buyer().read(id)).json).toMatchObject({ status: 'draft', payments: [] })
  await expect.poll(async () => refused(await create()), { timeout: 5_000 }).toEqual(unavailable)
  await expectDegraded('catalog')
  const me = { method: 'GET', path: '/api/v1/users/me', as: customer }
  expect((await sendTo(shop.services.users.url, me)).status).toBe(200)

  await untilReady((await shop.another('catalog', { PORT: port })).url)
  await expectBack()
  expect((await buyer().pay(id)).status).toBe(200)
})

test('X26: without a payment provider its payments are refused and all else works, another provider too', async () => {
  const id = idOf(await create())
  stripeGate.be('resets')
  const code = 'payment/provider-unavailable'
  expect(refused(await buyer().pay(id, byStripe))).toEqual({ status: 503, again: true, code })
  for (const _ of Array.from({ length: 5 })) {
    expect(refused(await buyer().pay(id, byStripe))).toEqual({ status: 503, again: true, code })
    expect(await fullFunction()).toEqual({ ...everything, stripe: 503 })
  }
  expect((await buyer().read(id)).json).toMatchObject({ status: 'pending', payment_status: 'unpaid' })
  await expectDegraded('stripe')

  stripeGate.be('open')
  await expectBack()
  expect((await buyer().pay(id, byStripe)).status).toBe(200)
})

test('X26, E27: without mail and SMS everything works as ever, and each is sent once when they are back', async () => {
  const { port } = mail
  await mail.stop()
  smsGate.be('resets')
  const id = idOf(await create())
  expect((await buyer().pay(id)).status).toBe(200)
  expect((await ship(id)).status).toBe(201)
  await expectDegraded('mail')
  await expectDegraded('sms')
  const startedAt = performance.now()
  expect(await fullFunction()).toEqual(everything)
  expect(performance.now() - startedAt).toBeLessThan(10_000)

  mail = await startMailServer(port)
  // There, and slow or unwilling: no request waits for it either.
  for (const mood of ['silent', { code: 451, at: 'data' }, { code: 554, at: 'connect' }] as const) {
    mail.be(mood)
    expect(await fullFunction()).toEqual(everything)
  }
  mail.be('well')
  smsGate.be('open')
  const sent = () => [
    mailsOf(id),
    sms.delivered().filter(({ text }) => text.includes(id.slice(-8).toUpperCase())).length,
  ]
  await expect.poll(sent, { timeout: mailMilliseconds }).toEqual([3, 1])
  await expect.poll(health, { timeout: mailMilliseconds }).toMatchObject({ ready: 200, status: 'ok' })
  expect(sent()).toEqual([3, 1])
})

test('X26: without its database orders is alive and not ready, answers 503, also to webhooks, and is well again by itself', async () => {
  const id = idOf(await create())
  expect((await buyer().pay(id, byStripe)).status).toBe(200)
  const intent = [...stripe.intents.keys()].at(-1) ?? ''
  const body = stripe.paymentEvent(intent)
  const webhook = async () => {
    const headers = stripe.sign(body, { secret: webhookSecrets.stripe, at: new Date() })
    const url = `${orders.url}/api/v1/webhooks/stripe`
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
    return [answer.status, answer.headers.has('retry-after')]
  }

  database.be('resets')
  await expect.poll(async () => (await health()).ready, { timeout: 5_000 }).toBe(503)
  expect((await health()).checks).toMatchObject({ database: 'down' })
  expect((await fetch(`${orders.url}/health`)).status).toBe(200)
  const startedAt = performance.now()
  const answers = [await create(), await buyer().pay(id), await buyer().read(id), await list(customer), await ship(id)]
  expect(answers.map(({ status, headers }) => [status, headers.has('retry-after')])).toEqual(
    answers.map(() => [503, true]),
  )
  expect(await webhook()).toEqual([503, true])
  expect(performance.now() - startedAt).toBeLessThan(15_000)

  database.be('open')
  await expectBack()
  expect(await webhook()).toEqual([200, false])
  await expect.poll(health, { timeout: 30_000 }).toMatchObject({ ready: 200, status: 'ok' })
  expect(orders.lines().filter(({ level }) => level === 'FATAL')).toEqual([])
})
