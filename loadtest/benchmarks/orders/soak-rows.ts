import { heapMebibytes } from '../../../manifests/pod-environment.ts'
import { freePort } from '../../../services/kit/testing/free-port.ts'
import { environments } from '../../../stacks/environments.ts'
import { residentMebibytes } from '../process-cost.ts'
import { keepAlive } from '../services/http-call.ts'
import { openHeapProbe } from '../services/live-heap.ts'
import { runWhenDue } from '../services/open-loop.ts'
import type { Measurement } from '../services/row.ts'
import { buy } from './buy.ts'
import { type OrdersGround, signIn, startShop } from './running-shop.ts'

export type Soak = { readonly minutes: number; readonly perSecond: number }

/** A token is good for a quarter of an hour. */
const sampleSeconds = 60
/** Until caches are full and code is compiled. */
const warmShare = 1 / 4

/** What orders keeps while it sells all the time, with the heap that it has in production. */
export const measureOrdersSoak = async (
  { shop, rows }: OrdersGround,
  { minutes, perSecond }: Soak,
): Promise<readonly Measurement[]> => {
  const port = await freePort()
  const options = [`--max-old-space-size=${heapMebibytes(environments.prod, 'orders')}`, `--inspect=127.0.0.1:${port}`]
  const running = await startShop(shop, { busUrl: shop.postgresBusUrl, nodeOptions: options })
  const heap = await openHeapProbe(port)
  const agent = keepAlive(256)
  let failed = 0
  const load = async (share: number) => {
    const end = performance.now() + share * minutes * 60_000
    while (performance.now() < end) {
      const tokens = await signIn(running, rows)
      const shopping = { ordersUrl: running.orders.url, tokens, productIds: rows.productIds, agent }
      const act = async (index: number) => {
        await buy(shopping, index).catch(() => failed++)
      }
      const seconds = Math.min(sampleSeconds, Math.max(1, (end - performance.now()) / 1_000))
      await runWhenDue({ act, perSecond, seconds })
    }
  }
  try {
    await load(warmShare)
    const before = { ...(await heap.read()), at: performance.now() }
    await load(1 - warmShare)
    const resident = residentMebibytes(running.orders.processId)
    const after = { ...(await heap.read()), at: performance.now() }
    const what = `${minutes} min at ${perSecond} orders a second`
    const growth = (after.mebibytes - before.mebibytes) / ((after.at - before.at) / 60_000)
    const handles = Math.max(0, after.handles - before.handles)
    return [
      {
        id: 'X6',
        what: `orders: growth of the heap after a collection, ${what}`,
        value: growth,
        unit: 'MiB/min',
        target: '<= 1',
      },
      {
        id: 'X6',
        what: 'orders: more sockets, timers and other handles after it',
        value: handles,
        unit: '',
        target: '<= 5',
      },
      { id: 'X6', what: `orders: failed, ${what}`, value: failed, unit: '', target: '<= 0' },
      { id: 'X10.memory', what: 'orders: resident after it', value: resident, unit: 'MiB', target: '<= 360' },
    ]
  } finally {
    agent.destroy()
    heap.close()
    await running.stop()
  }
}
