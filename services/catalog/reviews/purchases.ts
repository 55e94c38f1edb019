import { sql, type Transaction } from 'kysely'
import type { Consumer } from '../../kit/consumers/consumer.ts'
import { shopEvents } from '../../kit/consumers/shop-events.ts'
import type { CatalogTables } from '../schema.ts'

/** What the catalog learns from orders: who has got a product, and what is bought together. Once for an event. */
export const purchases: Consumer<CatalogTables> = {
  name: 'catalog-purchases',
  events: shopEvents<CatalogTables>({
    'order.delivered.v1': (transaction, { data }) => markVerifiedPurchase(transaction, data),
    'order.paid.v1': (transaction, { data }) => countBoughtTogether(transaction, data),
  }),
}

type Purchase = { readonly user_id: string; readonly lines: readonly { readonly product_id: string }[] }

/** Reviews by whoever got the products say so from now on. */
async function markVerifiedPurchase(
  transaction: Transaction<CatalogTables>,
  { user_id: userId, lines }: Purchase,
): Promise<void> {
  await sql`
    insert into verified_purchases (user_id, product_id)
    select ${userId}::uuid, p.id from products p where p.id = any (${idsOf(lines)}::uuid[])
    order by p.id
    on conflict do nothing`.execute(transaction)
}

/** Of longer baskets the rest says little about each other. */
const pairedAtMost = 20

/** Counts each pair of products that were paid together, for what is shown as related. */
async function countBoughtTogether(transaction: Transaction<CatalogTables>, { lines }: Purchase): Promise<void> {
  const ids = idsOf(lines).slice(0, pairedAtMost)
  await sql`
    insert into bought_together as b (product_id, other_id)
    select p.id, o.id from products p join products o on o.id <> p.id
    where p.id = any (${ids}::uuid[]) and o.id = any (${ids}::uuid[])
    order by p.id, o.id
    on conflict (product_id, other_id) do update set times = b.times + 1`.execute(transaction)
}

function idsOf(lines: Purchase['lines']): string[] {
  return [...new Set(lines.map((line) => line.product_id))].toSorted()
}
