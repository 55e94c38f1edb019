import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { idSchema } from '../../kit/id-schema.ts'
import type { CatalogTables } from '../schema.ts'

/** What the catalog reads of an order's events; what else they have is theirs. */
const orderSchema = <Type extends string>(type: Type) =>
  z.looseObject({
    id: idSchema,
    type: z.literal(type),
    data: z.looseObject({ user_id: idSchema, items: z.array(z.looseObject({ product_id: idSchema })) }),
  })

export const orderDeliveredSchema = orderSchema('order.delivered.v1')
export const orderPaidSchema = orderSchema('order.paid.v1')

/** Reviews by whoever got the products say so from now on. Once for an event, however often it comes. */
export async function markVerifiedPurchase(
  database: Kysely<CatalogTables>,
  event: z.output<typeof orderDeliveredSchema>,
): Promise<void> {
  const { user_id: userId, items } = event.data
  await sql`
    with first as (
      insert into processed_events (consumer, event_id) values ('verified-purchases', ${event.id})
      on conflict do nothing returning event_id
    )
    insert into verified_purchases (user_id, product_id)
    select ${userId}::uuid, p.id from products p, first where p.id = any (${idsOf(items)}::uuid[])
    order by p.id
    on conflict do nothing`.execute(database)
}

/** Of longer baskets the rest says little about each other. */
const pairedAtMost = 20

/** Counts each pair of products that were paid together, for what is shown as related. Once for an event. */
export async function countBoughtTogether(
  database: Kysely<CatalogTables>,
  event: z.output<typeof orderPaidSchema>,
): Promise<void> {
  const ids = idsOf(event.data.items).slice(0, pairedAtMost)
  await sql`
    with first as (
      insert into processed_events (consumer, event_id) values ('bought-together', ${event.id})
      on conflict do nothing returning event_id
    )
    insert into bought_together as b (product_id, other_id)
    select p.id, o.id from products p join products o on o.id <> p.id, first
    where p.id = any (${ids}::uuid[]) and o.id = any (${ids}::uuid[])
    order by p.id, o.id
    on conflict (product_id, other_id) do update set times = b.times + 1`.execute(database)
}

function idsOf(items: readonly { readonly product_id: string }[]): string[] {
  return [...new Set(items.map((item) => item.product_id))].toSorted()
}
