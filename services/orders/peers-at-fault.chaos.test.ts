import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { GateMood } from '../kit/testing/gate.ts'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { payPalMethods } from './payments/testing/paypal-server.ts'
import { stripeMethods } from './payments/testing/stripe-server.ts'
import { type GatedOrders, gatedOrders, type PeerName, peerNames } from './testing/gated-orders.ts'
import { postOrder, type User } from './testing/orders-fixture.ts'
import { unitsOf } from './testing/shopping.ts'
import { testAddress } from './testing/test-address.ts'

let gated: GatedOrders
let customer: User
let admin: User
let orders: ServiceProcess
beforeAll(async () => {
  gated = await gatedOrders()
  customer = await gated.fixture.signIn()
  admin = await gated.fixture.signIn('admin')
})
afterAll(() => gated?.close())

type Answered = {
  readonly status: number
  readonly code: string | undefined
  readonly milliseconds: number
  id: string
}

const bodySchema = z.looseObject({ id: z.string().default(''), code: z.string().optional() })

async function ask(path: string, init: RequestInit): Promise<Answered> {
  const startedAt = performance.now()
  const answer = await fetch(`${orders.url}/api/v1/orders${path}`, init)
  const text = await answer.text()
  const { id, code } = bodySchema.parse(text.startsWith('{') ? JSON.parse(text) : {})
  if (answer.status === 503) expect(Number(answer.headers.get('retry-after')), text).toBeGreaterThan(0)
  return { status: answer.status, code, milliseconds: performance.now() - startedAt, id }
}

const get = (path: string, { token }: User) => ask(path, { headers: { authorization: `Bearer ${token}` } })
let keys = 0
const post = (path: string, body: unknown, as = customer) => ask(path, postOrder(as, { key: `key-${++keys}`, body }))
const create = () => post('', { items: [unitsOf(gated.fixture.catalog.addProduct())], shipping_address: testAddress })
const pay = (id: string, provider: string, method_token: string) => post(`/${id}/payment`, { provider, method_token })

async function draft(): Promise<string> {
  const { status, id } = await create()
  expect(status).toBe(201)
  return id
}

async function paid(): Promise<string> {
  const id = await draft()
  expect((await pay(id, 'simulated', 'tok_ok')).status).toBe(200)
  return id
}

const ship = (id: string) => post(`/${id}/shipments`, { carrier: 'other', tracking_number: `T${id}` }, admin)
const invoice = (id: string) => get(`/${id}/invoice`, customer)
const invoiceIsThere = (id: string) =>
  expect.poll(async () => (await invoice(id)).status, { timeout: 20_000 }).toBe(200)

type Told = { readonly state: string; readonly last_error: string | null }

async function told(orderId: string, channel: 'mail' | 'sms'): Promise<readonly Told[]> {
  const { rows } = await sql<Told>`
    select state, last_error from notifications where channel = ${channel} and data ->> 'order_id' = ${orderId}`.execute(
    gated.fixture.database.kysely,
  )
  return rows
}
const notYet = { state: 'pending', last_error: expect.any(String) }
const allSent = async () => {
  const { rows } = await sql<Told>`select state, last_error from notifications`.execute(gated.fixture.database.kysely)
  return rows.length > 0 && rows.every(({ state }) => state === 'sent')
}

/** Longer than all of the policy's time by what an answer of ours takes itself. */
const within = (seconds: number, { milliseconds }: Answered) => expect(milliseconds).toBeLessThan((seconds + 1) * 1_000)

/** What is asked while one is at fault; each has its order by then. */
type Prepared = Readonly<Record<'forStripe' | 'forPayPal' | 'forMail' | 'paid', string>>

const asked: Readonly<Record<PeerName, (given: Prepared, fault: string) => Promise<void>>> = {
  async catalog() {
    const refused = await create()
    expect(refused).toMatchObject({ status: 503, code: 'service/unavailable' })
    within(2, refused)
    expect((await get('', customer)).status).toBe(200)
  },
  async users() {
    const refused = await get('', admin)
    expect(refused).toMatchObject({ status: 503 })
    within(2, refused)
    const served = await get('', customer)
    expect(served.status).toBe(200)
    within(2, served)
  },
  async stripe({ forStripe }) {
    const refused = await pay(forStripe, 'stripe', stripeMethods.ok)
    expect(refused).toMatchObject({ status: 503, code: 'payment/provider-unavailable' })
    within(10, refused)
  },
  async paypal({ forPayPal }) {
    const refused = await pay(forPayPal, 'paypal', payPalMethods.ok)
    expect(refused).toMatchObject({ status: 503, code: 'payment/provider-unavailable' })
    within(10, refused)
  },
  async mail({ forMail }) {
    const begun = await pay(forMail, 'simulated', 'tok_ok')
    expect(begun.status).toBe(200)
    within(1, begun)
    await expect.poll(() => told(forMail, 'mail'), { timeout: 13_000 }).toContainEqual(notYet)
  },
  async sms({ paid: id }, fault) {
    const shipped = await ship(id)
    expect(shipped.status).toBe(201)
    within(1, shipped)
    // Many a gateway answers in no form at all: what is 2xx is taken.
    const outcome = fault === 'answers garbage' ? { state: 'sent', last_error: null } : notYet
    await expect.poll(() => told(id, 'sms'), { timeout: 13_000 }).toContainEqual(outcome)
  },
  async documents({ paid: id }) {
    const refused = await invoice(id)
    expect(refused).toMatchObject({ status: 503 })
    within(10, refused)
  },
}

const http = (line: string, body: string): string =>
  `HTTP/1.1 ${line}\r\ncontent-type: text/html\r\ncontent-length: ${body.length}\r\n\r\n${body}`
const refusesMails = { says: '554 no\r\n', at: 'connect' } as const
const garbageForMails = { says: '<html>\r\n', at: 'connect' } as const

const faults: readonly (readonly [string, (name: PeerName) => GateMood])[] = [
  ['accepts and never answers', () => 'hangs'],
  ['resets', () => 'resets'],
  [
    'answers 500',
    (name) => (name === 'mail' ? refusesMails : { says: http('500 Internal Server Error', 'no'), at: 'request' }),
  ],
  [
    'answers garbage',
    (name) => (name === 'mail' ? garbageForMails : { says: http('200 OK', '<html>'), at: 'request' }),
  ],
]

test.each(faults)(
  'X15: whoever of those that orders calls %s costs its own time and no more, and leaves no socket behind',
  async (fault, moodOf) => {
    // One of its own for each fault: no breaker is open yet.
    orders = await gated.start()
    await expect
      .poll(async () => (await fetch(`${orders.url}/health?check=ready`)).status, { timeout: 20_000 })
      .toBe(200)
    const [forStripe, forPayPal, forMail] = [await draft(), await draft(), await draft()]
    const given = { forStripe, forPayPal, forMail, paid: await paid() }
    await invoiceIsThere(given.paid)
    await expect.poll(allSent, { timeout: 20_000 }).toBe(true)

    const meet = async (name: PeerName) => {
      const gate = gated.gates[name]
      const arrived = gate.arrivals()
      gate.be(moodOf(name))
      await asked[name](given, fault)
      expect(gate.arrivals(), `${name} was asked`).toBeGreaterThan(arrived)
      await expect.poll(gate.connections, { timeout: 5_000, message: `sockets to ${name}` }).toBe(0)
      gate.be('open')
    }
    await meet('catalog')
    await meet('users')
    await Promise.all(peerNames.filter((name) => name !== 'catalog' && name !== 'users').map(meet))

    // Each comes back by itself.
    const back = async () => {
      const [stripe, paypal] = [await draft(), await draft()]
      const paidBoth = [await pay(stripe, 'stripe', stripeMethods.ok), await pay(paypal, 'paypal', payPalMethods.ok)]
      const seen = [await get('', admin), await invoice(given.paid)]
      return [...paidBoth, ...seen].map(({ status }) => status)
    }
    await expect.poll(() => back().catch(String), { timeout: 30_000, interval: 1_000 }).toEqual([200, 200, 200, 200])
    orders.signal('SIGTERM')
    expect(await orders.ended).toBe(0)
    // So that the next one finds nothing to do.
    await sql`delete from notifications`.execute(gated.fixture.database.kysely)
  },
)
