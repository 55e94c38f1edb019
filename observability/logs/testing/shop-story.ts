import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, vi } from 'vitest'
import type { ServiceProcess } from '../../../services/kit/testing/service-process.ts'
import { serviceNames, services } from '../../../services/registry.ts'
import { openShop, type Shop } from '../../../services/testing/shop.ts'
import { openWorld, sendTo } from '../../../services/testing/world.ts'

/** What a customer types, none of which a log may hold. */
export const typedByCustomer = {
  password: 'Canary/of logs+ü" 417',
  'wrong password': 'Canary-wrong-of-logs-417',
  'mail address': 'canary.of.logs@shop.test',
  name: 'Canaria Logbird',
  street: '417 Canary Log Wharf',
  'card number': '4242424242424242',
  'charge token': 'tok_ok_CanaryOfLogs417',
} as const

export type Story = {
  /** By the service's long name, each line as it was written. */
  readonly lines: Readonly<Record<string, readonly string[]>>
  /** What the shop itself made of a secret meanwhile. */
  readonly secrets: Readonly<Record<string, string>>
}

const namespace = 'ecommerce-test'

/** One run of the whole shop: an order and its mail, refusals, a fault of ours, a client that left, start and stop. */
export async function shopStory(): Promise<Story> {
  const mails = await mkdtemp(join(tmpdir(), 'shop-logs-mails-'))
  const own = (name: (typeof serviceNames)[number]) => ({
    LOG_LEVEL: 'debug',
    NAMESPACE: namespace,
    POD_NAME: `${services[name].longName}-7d9f-x2x9k`,
    SERVICE_VERSION: '1.4.0',
    MAIL_DIRECTORY: mails,
  })
  const shop = await openShop({ users: own('users'), catalog: own('catalog'), orders: own('orders') })
  try {
    const secrets = await actsOf(shop)
    await endOf(shop)
    const written = serviceNames.map((name) => [services[name].longName, shop.services[name].lines()] as const)
    const texts = [...written, ['edge', shop.edge.lines] as const].map(
      ([name, lines]) => [name, lines.map((line) => JSON.stringify(line))] as const,
    )
    return { lines: Object.fromEntries(texts), secrets }
  } finally {
    await shop.close()
    await rm(mails, { recursive: true, force: true })
  }
}

async function actsOf(shop: Shop): Promise<Readonly<Record<string, string>>> {
  const { password, 'wrong password': wrong, 'mail address': email, name } = typedByCustomer
  const as = await shop.callers.person()
  const nobody = { authorization: null }
  const send = (method: string, path: string, body?: unknown) =>
    sendTo(shop.edgeUrl, { method, path, as, body, headers: { 'idempotency-key': randomUUID() } })
  const answers = [
    await send('POST', '/api/v1/auth/register', { email, name, password }),
    await send('POST', '/api/v1/auth/login', { email, password: wrong }),
    await sendTo(shop.edgeUrl, { method: 'GET', path: `/api/v1/users/me?token=${as.authorization}`, as: nobody }),
    await send('GET', `/nowhere/${encodeURIComponent('a\n\u2028\u001b[31m')}`),
    await send('GET', '/api/v1/products/nowhere'),
  ]
  expect(answers.map(({ status }) => status)).toEqual([202, 401, 401, 404, 404])

  const product_id = await (await openWorld(shop)).stocked(5)
  const { street: line1, 'card number': card, 'charge token': method_token } = typedByCustomer
  const shipping_address = { name, line1, city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' }
  const order = await send('POST', '/api/v1/orders', { items: [{ product_id, quantity: 1 }], shipping_address })
  const payment = `/api/v1/orders/${order.json.id}/payment`
  expect((await send('POST', payment, { provider: 'simulated', method_token: card })).status).toBe(422)
  expect((await send('POST', payment, { provider: 'simulated', method_token })).status).toBe(200)
  const sent = () => shop.services.orders.lines().some(({ message }) => message === 'mail order_paid sent')
  await vi.waitUntil(sent, { timeout: 20_000 })

  await withoutReviews(shop, async (path) => expect((await send('GET', path)).status).toBe(500), product_id)
  await leaving(shop, `/api/v1/products/${product_id}/reviews`)
  return { 'access token': as.authorization.replace('Bearer ', '') }
}

async function withoutReviews(shop: Shop, act: (path: string) => Promise<void>, product: string): Promise<void> {
  await sql`alter table reviews rename to gone`.execute(shop.catalog)
  await act(`/api/v1/products/${product}/reviews`)
  await sql`alter table gone rename to reviews`.execute(shop.catalog)
}

/** A client that asks for what cannot be answered now, and leaves. */
async function leaving(shop: Shop, path: string): Promise<void> {
  await shop.catalog.transaction().execute(async (transaction) => {
    await sql`lock table reviews in access exclusive mode`.execute(transaction)
    const gone = new AbortController()
    const asked = fetch(`${shop.edgeUrl}${path}`, { signal: gone.signal }).catch(() => 'left')
    await vi.waitUntil(async () => (await waiting(shop)) > 0, { timeout: 10_000 })
    gone.abort()
    expect(await asked).toBe('left')
    await vi.waitUntil(() => shop.edge.lines.some(({ status_code }) => status_code === 499))
  })
}

async function waiting(shop: Shop): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(shop.catalog)
  return rows[0]?.count ?? 0
}

async function endOf(shop: Shop): Promise<void> {
  const all: readonly ServiceProcess[] = Object.values(shop.services)
  for (const service of all) service.signal('SIGTERM')
  expect(await Promise.all(all.map(({ ended }) => ended))).toEqual(all.map(() => 0))
  await shop.edge.stop()
}
