import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { type CostContender, cpuCosts } from '../services/cpu-cost.ts'
import type { Measurement } from '../services/row.ts'
import type { ShopUnderTest } from '../services/shop-under-test.ts'
import { type StartedProcess, startProcess } from '../services/started-process.ts'
import { startCollector } from '../services/trace-collector.ts'
import { startSilently } from './silent-service.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const catalog = join(root, 'services', 'catalog', 'main.ts')
const hello = join(root, 'loadtest', 'benchmarks', 'services', 'hello-server.ts')
const silencer = join(import.meta.dirname, 'without-metrics.cjs')

type Parts = { readonly metrics: boolean; readonly logs: boolean; readonly tracedShare: number }

/** Each alone against none, and all of them as in production. */
const variants: Readonly<Record<string, Parts>> = {
  none: { metrics: false, logs: false, tracedShare: 0 },
  metrics: { metrics: true, logs: false, tracedShare: 0 },
  logs: { metrics: false, logs: true, tracedShare: 0 },
  'traces of 10 %': { metrics: false, logs: false, tracedShare: 0.1 },
  'traces of all': { metrics: false, logs: false, tracedShare: 1 },
  'all, traces of 10 %': { metrics: true, logs: true, tracedShare: 0.1 },
}

/** Logs and traces by the product's own settings; metrics, which have none, by a preload that empties them. */
const settingsOf = ({ metrics, logs, tracedShare }: Parts, collector: string): Readonly<Record<string, string>> => ({
  LOG_LEVEL: logs ? 'info' : 'fatal',
  ...(tracedShare === 0
    ? {}
    : { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_TRACES_SAMPLER_ARG: String(tracedShare) }),
  ...(metrics ? {} : { NODE_OPTIONS: `--require=${silencer}` }),
})

const makeProduct = async (databaseUrl: string): Promise<string> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  const [category, product] = [randomUUID(), randomUUID()]
  await client.connect()
  await client.query('insert into categories (id, name) values ($1, $2)', [category, 'Bench'])
  await client.query(
    `insert into products (id, sku, name, description, price, currency, category_id)
     values ($1, 'B-1', 'Thing', '', 100, 'EUR', $2)`,
    [product, category],
  )
  await client.query(`insert into inventory (product_id, quantity, location) values ($1, 10, 'main')`, [product])
  await client.end()
  return product
}

const firstPort = (line: string): string | null => /^(\d+)$/.exec(line)?.[1] ?? null

export type CostRun = { readonly helloMicroseconds: number; readonly rows: readonly Measurement[] }

export type CostGround = { readonly shop: ShopUnderTest; readonly rounds: number; readonly requests: number }

const paths = {
  'GET by key from PostgreSQL': (product: string) => `/api/v1/inventory/${product}`,
  'GET product, in-process hit': (product: string) => `/api/v1/products/${product}`,
} as const

const asking = ({ processId, first }: StartedProcess, path: string): Omit<CostContender, 'name'> => ({
  processId,
  answers: [200],
  call: () => ({ url: `http://127.0.0.1:${first}${path}` }),
})

const rowsOf = (cost: ReadonlyMap<string, number>): readonly Measurement[] =>
  Object.keys(paths).flatMap((what) => {
    const of = (variant: string) => cost.get(`${variant}: ${what}`) ?? Number.NaN
    const row = (id: string, name: string, value: number): Measurement => {
      return { id: `cost.${id}`, what: `${what}: ${name}`, value, unit: 'µs', target: null }
    }
    return [
      row('none', 'without any of them', of('none')),
      row('metrics', 'metrics add', of('metrics') - of('none')),
      row('logs', 'an access line adds', of('logs') - of('none')),
      row('traces', 'traces of 10 % add', of('traces of 10 %') - of('none')),
      row('traces', 'traces of all add', of('traces of all') - of('none')),
      row('all', 'all of them, traces of 10 %, add', of('all, traces of 10 %') - of('none')),
    ]
  })

/** What a request costs the catalog with each of them switched on, in one run with its baseline. */
export const measureCosts = async ({ shop, rounds, requests }: CostGround): Promise<CostRun> => {
  const product = await makeProduct(shop.databaseUrl('catalog'))
  const collector = await startCollector()
  const baseline = await startProcess({ words: [hello], env: {}, read: firstPort })
  const started: StartedProcess[] = [baseline]
  const contenders: CostContender[] = [{ name: 'hello', ...asking(baseline, '/hello') }]
  try {
    for (const [variant, parts] of Object.entries(variants)) {
      const { env } = shop.program('catalog')
      const service = await startSilently(catalog, { ...env, ...settingsOf(parts, collector.url) })
      started.push(service)
      for (const [what, pathOf] of Object.entries(paths)) {
        contenders.push({ name: `${variant}: ${what}`, ...asking(service, pathOf(product)) })
      }
    }
    const cost = await cpuCosts(contenders, { rounds, requests })
    return { helloMicroseconds: cost.get('hello') ?? Number.NaN, rows: rowsOf(cost) }
  } finally {
    for (const service of started) await service.stop()
    collector.close()
  }
}
