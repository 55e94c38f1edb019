import { randomUUID } from 'node:crypto'
import { heapMebibytes } from '../../../manifests/pod-environment.ts'
import { freePort } from '../../../services/kit/testing/free-port.ts'
import { environments } from '../../../stacks/environments.ts'
import { residentMebibytes } from '../process-cost.ts'
import type { HttpCall } from './http-call.ts'
import { type HeapProbe, openHeapProbe } from './live-heap.ts'
import { percentile, runOpenLoop } from './open-loop.ts'
import type { PreparedRows } from './prepared-rows.ts'
import type { Measurement } from './row.ts'
import type { RunningService, ShopUnderTest } from './shop-under-test.ts'

export type Soak = {
  readonly shop: ShopUnderTest
  readonly rows: PreparedRows
  readonly minutes: number
  /** Of an admin, who may hold stock without a user's limits. */
  readonly token: string
}

const requestsPerSecond = 300
const sampleSeconds = 10
/** Until caches are full and code is compiled. */
const warmShare = 1 / 4

type Soaked = RunningService & { readonly heap: HeapProbe }

/** With the heap that it has in production. */
const startSoaked = async (shop: ShopUnderTest, name: 'users' | 'catalog'): Promise<Soaked> => {
  const port = await freePort()
  const options = [`--max-old-space-size=${heapMebibytes(environments.prod, name)}`, `--inspect=127.0.0.1:${port}`]
  const service = await shop.start(name, { NODE_OPTIONS: options.join(' ') })
  return { ...service, heap: await openHeapProbe(port) }
}

/** What both services keep under a mix of reads and writes, from the end of the first quarter of the time to its end. */
export const measureSoak = async ({ shop, rows, minutes, token }: Soak): Promise<readonly Measurement[]> => {
  const users = await startSoaked(shop, 'users')
  const catalog = await startSoaked(shop, 'catalog')
  const headers = { authorization: `Bearer ${token}` }
  const product = (index: number) => rows.productIds[index % rows.productIds.length] ?? ''
  /** Held and not yet given back; a release follows its reserve by as many calls as it takes to be answered. */
  const held: string[] = []
  const post = (verb: string, body: object): HttpCall => ({
    url: `${catalog.url}/api/v1/inventory/${verb}`,
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  const reserve = (index: number) => {
    const reference = randomUUID()
    held.push(reference)
    return post('reserve', { reference, items: [{ product_id: product(index), quantity: 1 }] })
  }
  const change = (index: number) =>
    held.length > requestsPerSecond ? post('release', { reference: held.shift() }) : reserve(index)
  const mix = (index: number): HttpCall => {
    const kinds: readonly HttpCall[] = [
      { url: `${catalog.url}/api/v1/products/${product(index)}` },
      { url: `${catalog.url}/api/v1/inventory/${product(index)}` },
      { url: `${catalog.url}/api/v1/products?limit=20` },
      { url: `${users.url}/api/v1/users/me`, headers },
      { url: `${users.url}/.well-known/jwks.json` },
    ]
    return kinds[index % (kinds.length + 1)] ?? change(index)
  }
  let failed = 0
  let slowest = 0
  const load = async (share: number) => {
    const end = performance.now() + share * minutes * 60_000
    while (performance.now() < end) {
      const { latencies, failed: lost } = await runOpenLoop({ call: mix, requestsPerSecond, seconds: sampleSeconds })
      failed += lost
      slowest = Math.max(slowest, percentile(latencies, 0.99))
    }
  }
  const read = async () => ({
    at: performance.now(),
    users: await users.heap.read(),
    catalog: await catalog.heap.read(),
  })
  await load(warmShare)
  const before = await read()
  await load(1 - warmShare)
  const resident = {
    users: residentMebibytes(users.processId),
    catalog: residentMebibytes(catalog.processId),
  }
  const after = await read()
  for (const { heap, stop } of [users, catalog]) {
    heap.close()
    await stop()
  }

  const what = `${minutes} min at ${requestsPerSecond} a second`
  const minutesBetween = (after.at - before.at) / 60_000
  const rowsOf = (name: 'users' | 'catalog', most: number): readonly Measurement[] => [
    {
      id: 'X6',
      what: `${name}: growth of the heap after a collection, ${what}`,
      value: (after[name].mebibytes - before[name].mebibytes) / minutesBetween,
      unit: 'MiB/min',
      target: '<= 1',
    },
    {
      id: 'X6',
      what: `${name}: more sockets, timers and other handles after it`,
      value: Math.max(0, after[name].handles - before[name].handles),
      unit: '',
      target: '<= 5',
    },
    { id: 'X10.memory', what: `${name}: resident after it`, value: resident[name], unit: 'MiB', target: `<= ${most}` },
  ]
  return [
    ...rowsOf('users', 180),
    ...rowsOf('catalog', 360),
    {
      id: 'X6',
      what: `failed, ${what} (p99 of the worst 10 s: ${slowest.toFixed(0)} ms)`,
      value: failed,
      unit: '',
      target: '<= 0',
    },
  ]
}
