import { type QueryExecutorProvider, sql } from 'kysely'
import type { MoneyShop } from './money-shop.ts'

/** Events of an order that a consumer has handled before an earlier one of the same order, in words. */
export async function appliedBackwards({ orders, catalog }: Pick<MoneyShop, 'orders' | 'catalog'>): Promise<string[]> {
  const { rows: told } = await sql<{ id: string; subject: string; version: number }>`
    select id, subject, aggregate_version as version from outbox_events order by subject, aggregate_version`.execute(
    orders,
  )
  const handled = [...(await handledBy(orders)), ...(await handledBy(catalog))]
  const consumers = new Set(handled.map(({ consumer }) => consumer))
  return [...consumers].flatMap((consumer) => {
    const at = new Map(handled.filter((each) => each.consumer === consumer).map(({ id, time }) => [id, time]))
    const own = told.filter(({ id }) => at.has(id))
    return own.flatMap((event, index) => {
      const before = own[index - 1]
      const backwards = before?.subject === event.subject && (at.get(before.id) ?? 0) > (at.get(event.id) ?? 0)
      return backwards ? [`${consumer}: ${event.version} before ${before.version} of ${event.subject}`] : []
    })
  })
}

/** By the beginning of the transaction, in milliseconds. */
async function handledBy(database: QueryExecutorProvider) {
  const { rows } = await sql<{ consumer: string; id: string; time: number }>`
    select consumer, event_id as id, extract(epoch from at)::float8 * 1000 as time from processed_events`.execute(
    database,
  )
  return rows
}
