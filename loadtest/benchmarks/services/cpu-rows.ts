import { join } from 'node:path'
import type { CostContender } from './cpu-cost.ts'
import { cpuCosts } from './cpu-cost.ts'
import type { Measurement } from './row.ts'
import type { ShopUnderTest } from './shop-under-test.ts'
import { type StartedProcess, startProcess } from './started-process.ts'
import { newToken, publicKeyPem } from './tokens.ts'
import { startCollector } from './trace-collector.ts'

export type CpuGround = {
  readonly shop: ShopUnderTest
  readonly productIds: readonly string[]
  readonly rounds: number
  readonly requests: number
}

export type CpuRows = { readonly helloMicroseconds: number; readonly rows: readonly Measurement[] }

const server = (file: string, env: Readonly<Record<string, string>>): Promise<StartedProcess> =>
  startProcess({
    words: [join(import.meta.dirname, file)],
    env,
    read: (line) => /^(\d+)$/.exec(line)?.[1] ?? /"port":(\d+)/.exec(line)?.[1] ?? null,
  })

const of = (running: StartedProcess, path: string | ((index: number) => string)) => ({
  processId: running.processId,
  answers: [200],
  call: (index: number) => ({
    url: `http://127.0.0.1:${running.first}${typeof path === 'string' ? path : path(index)}`,
  }),
})

const signedIn = (running: StartedProcess, tokenOf: (index: number) => string): Omit<CostContender, 'name'> => ({
  processId: running.processId,
  answers: [200],
  call: (index) => ({
    url: `http://127.0.0.1:${running.first}/signed-in`,
    headers: { authorization: `Bearer ${tokenOf(index)}` },
  }),
})

/** More than are sent in a run, so that no token is met twice while a verifier remembers it. */
const manyTokens = async (count: number): Promise<(index: number) => string> => {
  const tokens: string[] = []
  for (let index = 0; index < count; index++) tokens.push(await newToken())
  let next = 0
  return () => tokens[next++ % tokens.length] ?? ''
}

/** Every row of CPU a request, in one run with its baseline. */
export const measureCpu = async ({ shop, productIds, rounds, requests }: CpuGround): Promise<CpuRows> => {
  const [productId = ''] = productIds
  const hello = await server('hello-server.ts', {})
  const kit = await server('kit-server.ts', {
    DATABASE_URL: shop.databaseUrl('catalog'),
    PUBLIC_KEY: publicKeyPem,
    PRODUCT_ID: productId,
  })
  const users = await shop.start('users')
  const catalog = await shop.start('catalog')
  const withRedis = shop.redisUrl === null ? null : await shop.start('catalog', { REDIS_URL: shop.redisUrl })
  const collector = await startCollector()
  const traced = await shop.start('catalog', {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER_ARG: '0.1',
  })
  const spare = await newToken()
  const fresh = await manyTokens(Math.min(20_000, requests * 3))
  const oneProduct = `/api/v1/products/${productId}`
  // More products than a process keeps: each is asked for again when Redis alone still has it.
  const manyProducts = (index: number) => `/api/v1/products/${productIds[index % productIds.length] ?? productId}`

  const contenders: readonly CostContender[] = [
    { name: 'hello', ...of(hello, '/hello') },
    { name: 'stack', ...of(users, '/.well-known/jwks.json') },
    { name: 'cached', ...of(catalog, oneProduct) },
    ...(withRedis === null ? [] : [{ name: 'redis', ...of(withRedis, manyProducts) }]),
    { name: 'pg', ...of(catalog, `/api/v1/inventory/${productId}`) },
    { name: 'list', ...of(catalog, '/api/v1/products?limit=20') },
    { name: 'pg traced', ...of(traced, `/api/v1/inventory/${productId}`) },
    { name: 'list traced', ...of(traced, '/api/v1/products?limit=20') },
    { name: 'open', ...of(kit, '/open') },
    { name: 'seen', ...signedIn(kit, () => spare) },
    { name: 'first', ...signedIn(kit, fresh) },
    { name: 'kit', ...of(kit, '/kit') },
    { name: 'plain', ...of(kit, '/plain') },
  ]
  try {
    const cost = await cpuCosts(contenders, { rounds, requests })
    return { helloMicroseconds: costOf(cost, 'hello'), rows: rowsOf(cost) }
  } finally {
    await hello.stop()
    await kit.stop()
    for (const service of [users, catalog, traced, withRedis]) await service?.stop()
    collector.close()
  }
}

const costOf = (cost: ReadonlyMap<string, number>, name: string): number => cost.get(name) ?? Number.NaN

const rowsOf = (cost: ReadonlyMap<string, number>): readonly Measurement[] => {
  const microseconds = (name: string) => costOf(cost, name)
  const inHellos = (name: string) => microseconds(name) / microseconds('hello')
  const traced = (name: string) => microseconds(`${name} traced`) / microseconds(name)
  const extra = (name: string) => (microseconds(name) - microseconds('open')) / microseconds('hello')
  return [
    { id: 'X10.stack', what: 'all middleware, no store', value: inHellos('stack'), unit: 'H', target: '<= 3.5' },
    { id: 'X10.cached', what: 'GET product, in-process hit', value: inHellos('cached'), unit: 'H', target: '<= 4' },
    ...(cost.has('redis')
      ? [
          {
            id: 'X10.redis',
            what: 'GET product, Redis hit',
            value: inHellos('redis'),
            unit: 'H',
            target: '<= 5.5',
          } as const,
        ]
      : []),
    { id: 'X10.pg', what: 'GET by key from PostgreSQL', value: inHellos('pg'), unit: 'H', target: '<= 7' },
    {
      id: 'X10.pg',
      what: 'the same row, named and pipelined ÷ unnamed and not',
      value: microseconds('kit') / microseconds('plain'),
      unit: '×',
      target: '<= 0.75',
    },
    { id: 'X10.list', what: '20 products from PostgreSQL', value: inHellos('list'), unit: 'H', target: '<= 18' },
    {
      id: 'X10.auth',
      what: 'a token seen < 5 s ago, more than anonymous',
      value: extra('seen'),
      unit: 'H',
      target: '<= 0.5',
    },
    {
      id: 'X10.auth',
      what: 'a token for the first time, more than anonymous',
      value: extra('first'),
      unit: 'H',
      target: '<= 20',
    },
    { id: 'X10.otel', what: 'tracing at 10 % ÷ off: by key', value: traced('pg'), unit: '×', target: '<= 1.3' },
    { id: 'X10.otel', what: 'tracing at 10 % ÷ off: list', value: traced('list'), unit: '×', target: '<= 1.15' },
  ]
}
