import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedisServer, withoutRedis } from '../../kit/testing/redis-server.ts'
import { requireBalance } from '../books/require-balance.ts'
import { appliedBackwards } from './applied-backwards.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { settled } from './settle.ts'
import { seen } from './together.ts'

/** An order is a write when it is begun and one when it is paid: 50 writes a second, or as many as the machine can take. */
const ordersPerSecond = 25
const ordersUnderWay = 6
/** A minute of outage shows no more than this, and takes longer. */
const outageMilliseconds = 10_000

let shop: MoneyShop
let redis: RedisServer
let mails: string
beforeAll(async () => {
  if (withoutRedis !== '') return
  redis = await startRedisServer()
  mails = await mkdtemp(join(tmpdir(), 'shop-test-mails-'))
  const settings = { REDIS_URL: redis.url }
  const orders = { ...settings, MAIL_DIRECTORY: mails }
  shop = await openMoneyShop({ busUrl: redis.url, settings: { users: settings, catalog: settings, orders } })
}, 120_000)
afterAll(async () => {
  await shop?.close()
  await redis?.stop()
  if (mails !== undefined) await rm(mails, { recursive: true })
})

/** Answers by what they were. */
type Load = { readonly answers: Map<string, number>; stop(): Promise<void> }

function steadyOrders(buyer: Buyer, product: string): Load {
  const answers = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  const stopping = new AbortController()

  async function buyOne(): Promise<void> {
    const draft = await buyer.create([{ product_id: product, quantity: 1 }])
    count(seen(draft))
    count(seen(await buyer.pay(String(draft.json.id))))
  }
  const count = (what: string) => answers.set(what, (answers.get(what) ?? 0) + 1)
  const begun = (async () => {
    while (!stopping.signal.aborted) {
      const next = delay(1_000 / ordersPerSecond)
      if (underWay.size < ordersUnderWay) {
        const bought = buyOne().catch((error: unknown) => void count(String(error)))
        underWay.add(bought)
        void bought.finally(() => underWay.delete(bought))
      }
      await next
    }
  })()
  return {
    answers,
    async stop() {
      stopping.abort()
      await begun
      await Promise.all(underWay)
    },
  }
}

/** The oldest event that waits, as the first process of orders shows it. */
async function lagSeconds(): Promise<number> {
  const [process] = shop.processes('orders')
  if (process === undefined) throw new Error('no process of orders runs')
  const text = await (await fetch(process.metricsUrl)).text()
  return Number(/^outbox_lag_seconds (\S+)$/m.exec(text)?.[1])
}

async function countEvents(): Promise<{ waiting: number; written: number }> {
  const { rows } = await sql<{ waiting: number; written: number }>`
    select count(*) filter (where published_at is null) as waiting, count(*) as written from outbox_events`.execute(
    shop.orders,
  )
  return rows[0] ?? { waiting: -1, written: -1 }
}

test.skipIf(withoutRedis !== '')(
  `E2: while Redis is away for ten seconds under a steady load of orders all is answered as before; then all that waited is sent, in order and once${withoutRedis}`,
  async () => {
    const buyer = buyerAt(shop.ordersUrl, await shop.customer())
    const load = steadyOrders(buyer, await shop.product())
    await expect.poll(() => countEvents().then(({ written }) => written), { timeout: 20_000 }).toBeGreaterThan(30)
    await expect.poll(lagSeconds, { timeout: 20_000 }).toBeLessThan(1)

    // A process that has just started may have refused the first ones.
    load.answers.clear()
    redis.signal('SIGSTOP')
    const before = await countEvents()
    await delay(outageMilliseconds)
    const during = await countEvents()
    expect(during.written).toBeGreaterThan(before.written)
    expect(during.waiting).toBeGreaterThan(0)
    expect(await lagSeconds()).toBeGreaterThan(outageMilliseconds / 1_000 - 3)
    redis.signal('SIGCONT')
    await load.stop()
    expect([...load.answers.keys()].toSorted()).toEqual(['200', '201'])

    await expect.poll(countEvents, { timeout: 30_000 }).toMatchObject({ waiting: 0 })
    await expect.poll(lagSeconds, { timeout: 5_000 }).toBe(0)
    await settled(shop, { timeout: 60_000 })
    const balance = () => requireBalance({ ...shop.urls, mails }).then(() => 'balanced', String)
    await expect.poll(balance, { timeout: 30_000, interval: 1_000 }).toBe('balanced')
    expect(await appliedBackwards(shop)).toEqual([])
  },
  180_000,
)
