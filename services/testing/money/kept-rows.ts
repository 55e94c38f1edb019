import { type QueryExecutorProvider, sql } from 'kysely'
import { expect } from 'vitest'
import type { MoneyShop } from './money-shop.ts'

export type KeptRow = {
  readonly state: string
  readonly attempts: number
  readonly last_error: string | null
  /** Until it is tried again. */
  readonly seconds: number
}

/** The webhook as it is kept; undefined where it is not. */
export async function keptWebhook(orders: QueryExecutorProvider, eventId: string): Promise<KeptRow | undefined> {
  const { rows } = await sql<KeptRow>`
    select state, attempts, last_error, extract(epoch from next_run_at - now())::double precision as seconds
    from webhook_events where event_id = ${eventId}`.execute(orders)
  return rows[0]
}

/** Moves the clock from try to try until the webhook is parked; the seconds that were waited for each. */
export async function retryUntilParked(orders: QueryExecutorProvider, eventId: string): Promise<number[]> {
  const waited: number[] = []
  for (let tries = 1; tries <= 8; tries += 1) {
    const delayed = { state: 'received', attempts: tries }
    await expect.poll(() => keptWebhook(orders, eventId), { timeout: 15_000 }).toMatchObject(delayed)
    waited.push((await keptWebhook(orders, eventId))?.seconds ?? 0)
    await sql`update webhook_events set next_run_at = now() where event_id = ${eventId}`.execute(orders)
  }
  await expect.poll(() => keptWebhook(orders, eventId), { timeout: 15_000 }).toMatchObject({ state: 'parked' })
  return waited
}

/** A counter's or gauge's series, of each process of orders. */
export async function seriesOf(shop: MoneyShop, series: string): Promise<number[]> {
  const texts = await Promise.all(
    shop.processes('orders').map(async ({ metricsUrl }) => (await fetch(metricsUrl)).text()),
  )
  return texts.map((text) => {
    const line = text.split('\n').find((one) => one.startsWith(`${series} `))
    return Number(line?.slice(series.length + 1))
  })
}
