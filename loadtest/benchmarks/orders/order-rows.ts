import { cpuMicroseconds } from '../process-cost.ts'
import { runInTurns } from '../services/closed-loop.ts'
import { keepAlive } from '../services/http-call.ts'
import { percentile, runWhenDue } from '../services/open-loop.ts'
import type { Measurement } from '../services/row.ts'
import { buy, type Shopping } from './buy.ts'
import { postgresCpu } from './postgres-cpu.ts'
import { type OrdersGround, signIn, startShop } from './running-shop.ts'
import { openSettling } from './settled.ts'

export type OrdersLoad = {
  /** A round. */
  readonly orders: number
  /** Where the orders service leaves a CPU profile at its end. */
  readonly profileDirectory?: string | undefined
}

const warmSeconds = 10

/** Customers who buy side by side, each beginning anew when it has paid; then the same at a fixed rate. */
export const measureOrders = async (
  { shop, rows, rounds }: OrdersGround,
  { orders: count, profileDirectory }: OrdersLoad,
): Promise<readonly Measurement[]> => {
  const nodeOptions = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`]
  const running = await startShop(shop, { busUrl: shop.postgresBusUrl, nodeOptions })
  const settling = await openSettling(shop.databaseUrl('orders'), shop.postgresBusUrl)
  const agent = keepAlive(256)
  const serverCpu = await postgresCpu(shop.databaseUrl('orders'))
  const used = () => ({
    users: cpuMicroseconds(running.users.processId),
    catalog: cpuMicroseconds(running.catalog.processId),
    orders: cpuMicroseconds(running.orders.processId),
    PostgreSQL: serverCpu(),
  })
  try {
    const tokens = await signIn(running, rows)
    const shopping: Shopping = { ordersUrl: running.orders.url, tokens, productIds: rows.productIds, agent }
    const workers = tokens.length
    let repeats = 0
    const act = async (index: number) => {
      repeats += (await buy(shopping, index)).repeats
    }
    const until = performance.now() + warmSeconds * 1_000
    while (performance.now() < until) await runInTurns({ act, workers, count: workers * 4 })
    await settling.wait()

    repeats = 0
    const best = { paid: 0, settled: 0 }
    const least = new Map<string, number>()
    for (let round = 0; round < rounds; round++) {
      const before = used()
      const began = performance.now()
      best.paid = Math.max(best.paid, count / (await runInTurns({ act, workers, count })))
      await settling.wait()
      best.settled = Math.max(best.settled, (count * 1_000) / (performance.now() - began))
      const after = used()
      for (const name of ['users', 'catalog', 'orders', 'PostgreSQL'] as const) {
        const cost = (after[name] - before[name]) / count
        least.set(name, Math.min(cost, least.get(name) ?? Number.POSITIVE_INFINITY))
      }
    }
    const calm = await measureCalm(shopping, best.settled / 2)
    await settling.wait()
    return [...rowsOf({ best, least, repeats }), ...calm]
  } finally {
    agent.destroy()
    await settling.close()
    await running.stop()
  }
}

const calmSeconds = 20

/** Latencies at half of what can be kept up, from the intended start. */
const measureCalm = async (shopping: Shopping, perSecond: number): Promise<readonly Measurement[]> => {
  const whole: number[] = []
  const paying: number[] = []
  let failed = 0
  const act = async (index: number, due: number) => {
    const bought = await buy(shopping, index).catch(() => null)
    if (bought === null) return void failed++
    whole.push(bought.paidAt - due)
    paying.push(bought.paidAt - bought.payingAt)
  }
  await runWhenDue({ act, perSecond, seconds: calmSeconds })
  const at = `at ${perSecond.toFixed(0)} orders a second`
  const milliseconds = (what: string, latencies: readonly number[], share: number): Measurement => ({
    id: 'X10.order',
    what: `${what} ${at}, p${share * 100}`,
    value: percentile(
      latencies.toSorted((a, b) => a - b),
      share,
    ),
    unit: 'ms',
    target: null,
  })
  return [
    milliseconds('create to paid', whole, 0.95),
    milliseconds('create to paid', whole, 0.99),
    milliseconds('payment alone', paying, 0.95),
    milliseconds('payment alone', paying, 0.99),
    { id: 'X10.order', what: `of them failed ${at}`, value: failed, unit: '', target: '<= 0' },
  ]
}

type Best = {
  readonly best: { readonly paid: number; readonly settled: number }
  readonly least: ReadonlyMap<string, number>
  readonly repeats: number
}

const rowsOf = ({ best, least, repeats }: Best): readonly Measurement[] => [
  {
    id: 'X10.order',
    what: 'paid orders a second: create, add, pay (simulated, 20 ms), all services here',
    value: best.paid,
    unit: '1/s',
    target: '>= 150',
  },
  {
    id: 'X10.order',
    what: 'orders a second until all that follows is done: events handled, documents stored',
    value: best.settled,
    unit: '1/s',
    target: null,
  },
  {
    id: 'X10.order',
    what: 'requests of all rounds that were told to come again',
    value: repeats,
    unit: '',
    target: '<= 0',
  },
  ...[...least].map(
    ([name, value]): Measurement => ({
      id: 'X10.order',
      what: `CPU of ${name} an order, with all that follows`,
      value,
      unit: 'µs',
      target: null,
    }),
  ),
]
