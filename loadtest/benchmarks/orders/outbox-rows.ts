import { relayLock } from '../../../services/kit/outbox/relay-names.ts'
import { cpuMicroseconds } from '../process-cost.ts'
import { runInTurns } from '../services/closed-loop.ts'
import { keepAlive } from '../services/http-call.ts'
import type { Measurement } from '../services/row.ts'
import { buy, type Shopping } from './buy.ts'
import { openClient } from './open-client.ts'
import { postgresCpu } from './postgres-cpu.ts'
import { type OrdersGround, signIn, startShop } from './running-shop.ts'
import { openSettling } from './settled.ts'

const kinds = ['silent', 'written', 'handled'] as const
type Kind = (typeof kinds)[number]

const functionName = 'append_event(text, uuid, jsonb, text, text, text)'
const silent = `
  create or replace function append_event(
    event_type text, event_subject uuid, event_data jsonb, source text, request_id text, traceparent text
  ) returns uuid language sql as 'select gen_random_uuid()'`

/** One and the same process and database, in turns: no event written, written and not sent, sent and handled too. */
const openTurns = async (ordersUrl: string) => {
  const client = await openClient(ordersUrl)
  const { rows } = await client.query<{ text: string }>('select pg_get_functiondef($1::regprocedure) as text', [
    functionName,
  ])
  const telling = rows[0]?.text ?? ''
  return {
    async begin(kind: Kind) {
      await client.query(kind === 'silent' ? silent : telling)
      // Whose turn it is to send: ours, so nobody does.
      if (kind === 'written') await client.query('select pg_advisory_lock($1)', [relayLock])
    },
    async end(kind: Kind) {
      if (kind === 'written') await client.query('select pg_advisory_unlock($1)', [relayLock])
    },
    close: () => client.end(),
  }
}

/** What events add to the CPU of an order: of the orders service and of PostgreSQL together. */
export const measureOutbox = async (
  { shop, rows, rounds }: OrdersGround,
  { orders: count }: { readonly orders: number },
): Promise<readonly Measurement[]> => {
  const running = await startShop(shop, { busUrl: shop.postgresBusUrl })
  const settling = await openSettling(shop.databaseUrl('orders'), shop.postgresBusUrl)
  const turns = await openTurns(shop.databaseUrl('orders'))
  const serverCpu = await postgresCpu(shop.databaseUrl('orders'))
  const used = () => cpuMicroseconds(running.orders.processId) + serverCpu()
  const agent = keepAlive(256)
  const least = {
    silent: Number.POSITIVE_INFINITY,
    written: Number.POSITIVE_INFINITY,
    handled: Number.POSITIVE_INFINITY,
  }
  try {
    const tokens = await signIn(running, rows)
    const shopping: Shopping = { ordersUrl: running.orders.url, tokens, productIds: rows.productIds, agent }
    const load = () =>
      runInTurns({ act: async (index) => void (await buy(shopping, index)), workers: tokens.length, count })
    await load()
    await settling.wait()
    for (let round = 0; round < rounds; round++) {
      for (const kind of kinds) {
        await turns.begin(kind)
        const before = used()
        await load()
        await (kind === 'handled' ? settling.wait() : settling.waitForWork())
        least[kind] = Math.min(least[kind], (used() - before) / count)
        await turns.end(kind)
        await settling.wait()
      }
    }
  } finally {
    agent.destroy()
    await turns.close()
    await settling.close()
    await running.stop()
  }
  const what = 'CPU of orders and PostgreSQL an order, in turns'
  return [
    {
      id: 'E24',
      what: `${what}: events written ÷ none`,
      value: least.written / least.silent,
      unit: '×',
      target: '<= 1.15',
    },
    {
      id: 'E24',
      what: `${what}: written, sent, handled ÷ none`,
      value: least.handled / least.silent,
      unit: '×',
      target: null,
    },
  ]
}
