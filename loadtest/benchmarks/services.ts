import { parseArgs } from 'node:util'
import { measureBoot } from './services/boot-row.ts'
import { measureCpu } from './services/cpu-rows.ts'
import { missedBecause } from './services/missed-because.ts'
import { prepareRows, tokenOf } from './services/prepared-rows.ts'
import { machineNow, renderRow, resultsFile, writeResults } from './services/results-file.ts'
import { judgedRow, type Measurement } from './services/row.ts'
import { type ShopUnderTest, startShopUnderTest } from './services/shop-under-test.ts'
import { measureSoak } from './services/soak.ts'
import { measureLogins, measureOpen, measureReserves, measureSearch } from './services/throughput-rows.ts'

const options = {
  rounds: { type: 'string', default: '5' },
  requests: { type: 'string', default: '3000' },
  /** Minutes. */
  soak: { type: 'string', default: '10' },
  only: { type: 'string', default: 'cpu,logins,reserves,search,open,boot,soak' },
  write: { type: 'boolean', default: false },
} as const

const say = (line: string) => process.stdout.write(`${line}\n`)
/** Users and catalog from their bundles, on a PostgreSQL of their own; ratios of one run, minimum of interleaved rounds. */
export const benchServices = async (words: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...words], options })
  const rounds = Number(values.rounds)
  const wanted = new Set(values.only.split(','))
  const before = machineNow()
  const shop = await startShopUnderTest()
  try {
    const results = await measureAll(shop, {
      rounds,
      requests: Number(values.requests),
      soak: Number(values.soak),
      wanted,
    })
    say(`H, a Hono hello in the same run: ${results.hello.toFixed(1)} µs a request; load before ${before.load}`)
    const rows = results.measured.map((one) => judgedRow(one, missedBecause))
    for (const row of rows) say(renderRow(row))
    if (!values.write) return
    writeResults('services', { machine: before, hello: results.hello, rows })
    say(`written to ${resultsFile}`)
  } finally {
    await shop.close()
  }
}

type Wanted = {
  readonly rounds: number
  readonly requests: number
  readonly soak: number
  readonly wanted: ReadonlySet<string>
}

const measureAll = async (shop: ShopUnderTest, { rounds, requests, soak, wanted }: Wanted) => {
  say('100,000 products')
  const rows = await prepareRows(shop)
  const users = await shop.start('users')
  const admin = await tokenOf(users.url, rows.emails[0] ?? '')
  const ground = { shop, rows, rounds }
  let hello = Number.NaN
  const measured: Measurement[] = []
  const measure = async (name: string, run: () => Promise<readonly Measurement[]>) => {
    if (!wanted.has(name)) return
    say(name)
    measured.push(...(await run()))
  }
  await measure('cpu', async () => {
    const cpu = await measureCpu({ shop, productIds: rows.productIds, rounds, requests })
    hello = cpu.helloMicroseconds
    return cpu.rows
  })
  await measure('logins', () => measureLogins(ground))
  await measure('reserves', () => measureReserves(ground, admin))
  await measure('search', () => measureSearch(ground))
  await measure('open', () => measureOpen(ground))
  await measure('boot', () => measureBoot(shop, { rounds, names: ['users', 'catalog'] }))
  await measure('soak', async () =>
    measureSoak({ shop, rows, minutes: soak, token: await tokenOf(users.url, rows.emails[0] ?? '') }),
  )
  return { hello, measured }
}
