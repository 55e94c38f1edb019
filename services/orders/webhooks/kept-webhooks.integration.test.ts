import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { keptLog } from '../../kit/testing/test-app.ts'
import { signedHeader } from '../payments/signed-payload.ts'
import { simulatedSignatureHeader } from '../payments/simulated/simulated-provider.ts'
import { type OrdersFixture, ordersFixture, problemOf } from '../testing/orders-fixture.ts'
import { paidOrder } from '../testing/paid-order.ts'
import { applyNext, type WebhookParts } from './apply-webhooks.ts'
import { delayWebhook, endWebhook, keepWebhook, takeWebhook } from './webhook-store.ts'

let fixture: OrdersFixture
let secret: string
beforeAll(async () => {
  fixture = await ordersFixture()
  const { rows } = await sql<{ secret: string }>`select secret from simulated_secret`.execute(database())
  secret = rows[0]?.secret ?? ''
})
afterAll(() => fixture.close())
beforeEach(() => sql`truncate webhook_events`.execute(database()))

const database = () => fixture.database.kysely

const kept = async () => {
  const { rows } = await sql<{ state: string; attempts: number; error: string | null }>`
    select state, attempts, last_error as error from webhook_events`.execute(database())
  return rows
}

/** A success of the order's first payment. */
const successOf = (orderId: string): string =>
  JSON.stringify({
    id: `sim_evt_${randomUUID()}`,
    created: Math.floor(Date.now() / 1_000),
    data: {
      object: 'charge',
      charge: {
        reference: `sim_${orderId}`,
        key: `order:${orderId}:pay:1`,
        order_id: orderId,
        state: 'captured',
        captured_cents: 5_000,
        captured_currency: 'EUR',
        refunded_cents: 0,
        reason: null,
        action_url: null,
      },
    },
  })

type Signing = { readonly by?: string; readonly secondsAgo?: number }

const signatureOf = (body: string, { by = secret, secondsAgo = 0 }: Signing = {}): string =>
  signedHeader({ raw: Buffer.from(body), secret: by, now: new Date(Date.now() - secondsAgo * 1_000) })

async function deliver(body: string, signature: string | null): Promise<Response> {
  const app = await fixture.openApp()
  const signed = signature === null ? {} : { [simulatedSignatureHeader]: signature }
  const headers = { 'content-type': 'application/json', ...signed }
  const init = { method: 'POST', headers, body }
  return app.request('/api/v1/webhooks/simulated', init).finally(() => app.close())
}

/** As a process applies what was kept, where every payment is unknown, or where applying fails. */
function applying({ failing = false }: { readonly failing?: boolean }) {
  const log = keptLog()
  const parked: string[] = []
  const unknown = async () => ({ later: 'no such payment' })
  const fail = async (): Promise<never> => {
    throw new Error('the handler fails')
  }
  const apply = failing ? fail : unknown
  const parts: WebhookParts = {
    database: database(),
    logger: log.logger,
    apply: { simulated: apply, stripe: apply, paypal: apply, shipping: apply },
    onParked: ({ eventId }) => void parked.push(eventId),
    wake: () => undefined,
  }
  return { parts, parked, lines: log.lines }
}

/** When the time of the next try has come. */
async function applyLater(parts: WebhookParts): Promise<boolean> {
  await sql`update webhook_events set next_run_at = now()`.execute(database())
  return applyNext(parts)
}

const order = randomUUID()
test.each<[string, (body: string) => Parameters<typeof deliver>]>([
  ['of another secret', (body) => [body, signatureOf(body, { by: 'whsec_of_somebody_else_0123456789' })]],
  ['that is 301 s old', (body) => [body, signatureOf(body, { secondsAgo: 301 })]],
  ['of another body', (body) => [body.replace('5000', '5001'), signatureOf(body)]],
  ['that is not there', (body) => [body, null]],
])('O4: a signature %s is refused with 400, and nothing is kept', async (_, request) => {
  const refused = await deliver(...request(successOf(order)))
  expect(refused.status).toBe(400)
  expect(await problemOf(refused)).toMatchObject({ code: 'webhook/signature' })
  expect(await kept()).toEqual([])
})

test('O4: an order that nobody knows is answered 200, kept and tried again, and parked in the end', async () => {
  const body = successOf(randomUUID())
  expect((await deliver(body, signatureOf(body, { secondsAgo: 299 }))).status).toBe(200)
  const { parts, parked } = applying({})
  for (let tries = 0; tries < 9; tries += 1) await applyLater(parts)
  expect(await kept()).toEqual([{ state: 'parked', attempts: 9, error: 'no such payment' }])
  expect(parked).toHaveLength(1)
})

test('O4: what comes before its payment is committed is kept, and applied within five seconds of it', async () => {
  const { id, totalCents } = await paidOrder(database(), { status: 'pending', captured: false })
  const app = await fixture.openApp()
  const body = successOf(id)
  const headers = { 'content-type': 'application/json', [simulatedSignatureHeader]: signatureOf(body) }
  try {
    await database()
      .transaction()
      .execute(async (transaction) => {
        const row = { id: randomUUID(), order_id: id, attempt: 1, provider_key: `order:${id}:pay:1` }
        const asked = { amount_cents: totalCents, currency: 'EUR', status: 'created' } as const
        await transaction
          .insertInto('payments')
          .values({ ...row, ...asked, provider: 'simulated' })
          .execute()
        const answer = await app.request('/api/v1/webhooks/simulated', { method: 'POST', headers, body })
        expect(answer.status).toBe(200)
        await expect.poll(kept, { timeout: 5_000 }).toMatchObject([{ state: 'received', error: 'no such payment' }])
      })
    await expect.poll(kept, { timeout: 5_000 }).toMatchObject([{ state: 'applied' }])
  } finally {
    await app.close()
  }
})

const arrived = {
  provider: 'simulated',
  eventId: 'evt',
  facts: {},
  state: 'received',
  cause: { requestId: 'r-1' },
} as const

test('O20: what cannot be applied stays, is tried eight times more, and parked with an error line', async () => {
  const { parts, parked, lines } = applying({ failing: true })
  expect(await keepWebhook(database(), arrived)).toBe(true)
  for (let tries = 1; tries <= 8; tries += 1) {
    await applyLater(parts)
    expect(await kept()).toEqual([{ state: 'received', attempts: tries, error: 'the handler fails' }])
  }
  expect(parked).toEqual([])
  await applyLater(parts)
  expect(await kept()).toEqual([{ state: 'parked', attempts: 9, error: 'the handler fails' }])
  expect(parked).toEqual(['evt'])
  expect(lines().filter(({ level }) => level === 'ERROR')).toMatchObject([{ event_id: 'evt' }])
  expect(await keepWebhook(database(), arrived)).toBe(false)
  expect(await applyLater(parts)).toBe(false)
})

test('O20: a try that two processes saw fail at the same time counts once', async () => {
  await keepWebhook(database(), arrived)
  const take = () => database().transaction().execute(takeWebhook)
  const [first, second] = [await take(), await take()]
  if (first === undefined || second === undefined) throw new Error('none is due')
  for (const one of [first, second]) await delayWebhook(database(), one, { seconds: 0, error: 'refused' })
  expect(await kept()).toEqual([{ state: 'received', attempts: 1, error: 'refused' }])

  const again = await take()
  if (again === undefined) throw new Error('none is due')
  const park = () =>
    database()
      .transaction()
      .execute((transaction) => endWebhook(transaction, again, { state: 'parked', error: 'refused' }))
  expect([await park(), await park()]).toEqual([true, false])
  expect(await kept()).toEqual([{ state: 'parked', attempts: 2, error: 'refused' }])
})
