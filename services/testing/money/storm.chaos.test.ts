import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requireBalance } from '../books/require-balance.ts'
import { appliedBackwards } from './applied-backwards.ts'
import { buyerAt } from './buyer.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { type SeededRandom, seededRandom } from './seeded-random.ts'
import { settled } from './settle.ts'
import { shopOnce } from './storm-shopper.ts'
import { together } from './together.ts'

/** The whole of it: `STORM_ORDERS=5000 STORM_KILLS=20 npm run chaos -- money/storm`; STORM_SEED calls one again. */
const orders = Number(process.env.STORM_ORDERS ?? 150)
const kills = Number(process.env.STORM_KILLS ?? 6)
const seed = Number(process.env.STORM_SEED ?? Math.floor(Math.random() * 2 ** 32))
const atOnce = 16
/** A login is good for ten minutes. */
const ordersOfACustomer = 25

let shop: MoneyShop
let mails: string
beforeAll(async () => {
  mails = await mkdtemp(join(tmpdir(), 'shop-test-mails-'))
  shop = await openMoneyShop({ settings: { orders: { MAIL_DIRECTORY: mails, TAX_BASIS_POINTS: '1900' } } })
}, 120_000)
afterAll(async () => {
  await shop?.close()
  await rm(mails, { recursive: true })
})

test(
  `E1: ${orders} orders of every fate while processes are killed ${kills} times: nothing is lost, nothing happens twice and the books balance`,
  async () => {
    const counts = new Map<string, number>()
    const random = seededRandom(seed)
    const products = await productsOf(random)
    let begun = 0
    let done = 0

    async function shopUntilAllAreDone(place: number): Promise<void> {
      const own = seededRandom(seed + place)
      while (begun < orders) {
        const people = { buyer: await personAt('user'), admin: await personAt('admin') }
        for (let left = ordersOfACustomer; left > 0 && begun < orders; left -= 1) {
          begun += 1
          await shopOnce({
            url: shop.ordersUrl,
            ...people,
            products,
            random: own,
            count: (what) => counts.set(what, (counts.get(what) ?? 0) + 1),
          })
          done += 1
        }
      }
    }

    const shopping = together(atOnce, shopUntilAllAreDone)
    const killing = killAtRandom(random, () => done / orders)
    await Promise.all([shopping, killing])
    await settled(shop, { timeout: 180_000 })

    const table = await requireBalance({ ...shop.urls, bus: shop.busUrl, mails })
    const answers = [...counts].toSorted().map(([what, count]) => `${what.padEnd(44)}${count}`)
    process.stdout.write(`\nseed ${seed}\n${answers.join('\n')}\n${table}`)
    expect(answers.filter((answer) => / 500 /.test(answer))).toEqual([])
    expect(await appliedBackwards(shop)).toEqual([])
    expect(await countOrders()).toBeGreaterThan(orders * 0.8)
  },
  300_000 + orders * 400,
)

const personAt = async (role: 'user' | 'admin') => buyerAt(shop.ordersUrl, await shop.callers.person(role))

/** Some that never run out and some that do. */
async function productsOf(random: SeededRandom): Promise<[string, ...string[]]> {
  const first = await shop.product()
  const others = await together(9, (index) =>
    shop.product({ price: 1 + random.below(20_000), quantity: index < 3 ? 5 + random.below(40) : 1_000_000 }),
  )
  return [first, ...others]
}

/** Where it hurts most: sent and not noted, done and not noted, noted and not told. */
const ends = [
  { name: 'orders', failpoint: 'relay.batch.published' },
  { name: 'catalog', failpoint: 'consumers.event.committed' },
  { name: 'orders', failpoint: 'consumers.event.committed' },
  { name: 'catalog', failpoint: 'consumers.event.applied' },
] as const
const endsWithinMilliseconds = 8_000

/** Spread over the orders, each at a moment that nobody has chosen, or where it hurts, in turn. */
async function killAtRandom(random: SeededRandom, progress: () => number): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    while (progress() < (kill + 0.5) / (kills + 1)) await delay(20)
    await delay(random.below(500))
    const end = kill % 2 === 0 ? ends[(kill / 2) % ends.length] : undefined
    const name = end?.name ?? random.pick<'orders' | 'catalog'>(['orders', 'catalog'])
    const place = random.below(2)
    await shop.kill(name, place)
    if (end !== undefined) {
      const armed = await shop.start(name, place, { FAILPOINTS: `${end.failpoint}:exit` })
      await Promise.race([armed.ended, delay(endsWithinMilliseconds)])
      await shop.kill(name, place)
    }
    await delay(random.below(500))
    await shop.start(name, place)
  }
}

async function countOrders(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from orders`.execute(shop.orders)
  return rows[0]?.count ?? 0
}
