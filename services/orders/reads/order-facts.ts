import type { Kysely } from 'kysely'
import type { ReadOrderFacts } from '../notifications/order-facts.ts'
import type { OrdersTables } from '../schema.ts'

/** For mails, as the tables are when one goes out. */
export const readOrderFacts =
  (database: Kysely<OrdersTables>): ReadOrderFacts =>
  async (orderId) => {
    const order = await database
      .selectFrom('orders as o')
      .select((expressions) => [
        'currency',
        'total_cents as totalCents',
        expressions
          .selectFrom('order_items')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .whereRef('order_id', '=', 'o.id')
          .as('lineCount'),
      ])
      .where('id', '=', orderId)
      .executeTakeFirst()
    if (order === undefined) return undefined
    const parcels = await database
      .selectFrom('shipments')
      .select(['carrier', 'tracking_number as trackingNumber'])
      .where('order_id', '=', orderId)
      .orderBy('id')
      .execute()
    return { ...order, lineCount: order.lineCount ?? 0, parcels }
  }
