import { parseArgs } from 'node:util'
import { measureBuses } from './orders/bus-rows.ts'
import { measureCatchUp } from './orders/catch-up-rows.ts'
import { type Hello, helloMicroseconds, startHello } from './orders/hello.ts'
import { ordersMissedBecause } from './orders/missed-because.ts'
import { measureOrders } from './orders/order-rows.ts'
import { measureOutbox } from './orders/outbox-rows.ts'
import { measureOrdersSoak } from './orders/soak-rows.ts'
import { measureBoot } from './services/boot-row.ts'
import { prepareRows } from './services/prepared-rows.ts'
import { machineNow, renderRow, resultsFile, writeResults } from './services/results-file.ts'
import { judgedRow, type Measurement, type Row } from './services/row.ts'
import { type ShopUnderTest, startShopUnderTest } from './services/shop-under-test.ts'

const options = {
  rounds: { type: 'string', default: '5' },
  /** A round. */
  orders: { type: 'string', default: '1000' },
  /** Through a bus, a round. */
  events: { type: 'string', default: '20000' },
  /** That wait when the services start; 100,000 with --full. */
  waiting: { type: 'string', default: '10000' },
  full: { type: 'boolean', default: false },
  /** Minutes. */
  soak: { type: 'string', default: '10' },
  /** Orders a second meanwhile. */
  pace: { type: 'string', default: '10' },
  only: { type: 'string', default: 'orders,outbox,buses,catch-up,boot,soak' },
  /** A directory for a CPU profile of the orders service. */
  profile: { type: 'string' },
  write: { type: 'boolean', default: false },
} as const

const fullSize = 100_000

const say = (line: string) => process.stdout.write(`${line}\n`)

/** All services from their bundles, on a PostgreSQL and a Redis of their own; the best of interleaved rounds. */
export const benchOrders = async (words: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...words], options })
  if (values.write && !values.full) throw new Error('figures that are kept are of the full size: --full --write')
  const before = machineNow()
  const shop = await startShopUnderTest(['users', 'catalog', 'orders'])
  const hello = await startHello()
  try {
    const results = await measureAll(shop, {
      rounds: Number(values.rounds),
      orders: Number(values.orders),
      events: Number(values.events),
      waiting: values.full ? fullSize : Number(values.waiting),
      soak: { minutes: Number(values.soak), perSecond: Number(values.pace) },
      wanted: new Set(values.only.split(',')),
      profileDirectory: values.profile,
      hello,
    })
    say(`H, a Hono hello in the same run: ${results.hello.toFixed(1)} µs a request; load before ${before.load}`)
    if (!values.write) return
    writeResults('orders', { machine: before, hello: results.hello, rows: results.rows })
    say(`written to ${resultsFile}`)
  } finally {
    await hello.stop()
    await shop.close()
  }
}

type Wanted = {
  readonly rounds: number
  readonly orders: number
  readonly events: number
  readonly waiting: number
  readonly soak: { readonly minutes: number; readonly perSecond: number }
  readonly wanted: ReadonlySet<string>
  readonly profileDirectory: string | undefined
  readonly hello: Hello
}

const measureAll = async (shop: ShopUnderTest, { rounds, wanted, hello, ...sizes }: Wanted) => {
  say('100,000 products')
  const ground = { shop, rows: await prepareRows(shop), rounds }
  const rows: Row[] = []
  let least = await helloMicroseconds(hello)
  const measure = async (name: string, run: () => Promise<readonly Measurement[]>) => {
    if (!wanted.has(name)) return
    const began = performance.now()
    const judged = (await run()).map((one) => judgedRow(one, ordersMissedBecause))
    least = Math.min(least, await helloMicroseconds(hello))
    say(`${name}: ${((performance.now() - began) / 1_000).toFixed(0)} s`)
    for (const row of judged) say(renderRow(row))
    rows.push(...judged)
  }
  await measure('orders', () => measureOrders(ground, sizes))
  await measure('outbox', () => measureOutbox(ground, sizes))
  await measure('buses', () => measureBuses(ground, sizes))
  await measure('catch-up', () => measureCatchUp(ground, { events: sizes.waiting }))
  await measure('boot', () => measureBoot(shop, { rounds, names: ['orders'] }))
  await measure('soak', () => measureOrdersSoak(ground, sizes.soak))
  return { hello: least, rows }
}
