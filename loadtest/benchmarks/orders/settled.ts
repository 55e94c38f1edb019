import { setTimeout as pause } from 'node:timers/promises'
import { openBus } from '../../../services/kit/bus/open-bus.ts'
import { createLogger } from '../../../services/kit/logging.ts'
import { openClient } from './open-client.ts'

/** Everybody who hears of orders. */
export const groups = [
  'catalog-purchases',
  'order-notifications',
  'orders-counters',
  'orders-closed-customers',
] as const

const everyMilliseconds = 50
const mostSeconds = 1_800

export type Settling = {
  /** Until nothing that an order has begun is left to do. */
  wait(): Promise<void>
  /** The same where no event is sent for now. */
  waitForWork(): Promise<void>
  close(): Promise<void>
}

/** What follows orders: their events sent and handled by everybody, webhooks applied, documents stored. */
export const openSettling = async (ordersUrl: string, busUrl: string): Promise<Settling> => {
  const client = await openClient(ordersUrl)
  const logger = createLogger({ service: 'bench', version: 'bench', level: 'fatal' })
  const bus = await openBus({ url: busUrl, source: 'bench', logger, validate: () => null })

  const isWorkDone = async (): Promise<boolean> => {
    const { rows } = await client.query<{ busy: boolean }>(`
      select exists (select from order_tasks where state = 'due' and next_run_at <= now() + interval '10 seconds')
        or exists (select from webhook_events where state = 'received')
        or exists (select from simulated_webhooks where delivered_at is null) as busy`)
    return rows[0]?.busy === false
  }
  const areEventsHandled = async (): Promise<boolean> => {
    const { rows } = await client.query('select from outbox_events where published_at is null limit 1')
    if (rows.length > 0) return false
    for (const group of groups) if ((await bus.lag(group)) > 0) return false
    return true
  }
  const until = async (isOver: () => Promise<boolean>) => {
    const deadline = performance.now() + mostSeconds * 1_000
    while (!(await isOver())) {
      if (performance.now() > deadline) throw new Error(`orders have not settled within ${mostSeconds} s`)
      await pause(everyMilliseconds)
    }
  }

  return {
    wait: () => until(async () => (await isWorkDone()) && (await areEventsHandled())),
    waitForWork: () => until(isWorkDone),
    async close() {
      await bus.close()
      await client.end()
    },
  }
}
