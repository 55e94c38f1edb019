import { type Kysely, sql } from 'kysely'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import type { CatalogTables } from '../schema.ts'

/** Rows that the tests put in and read past the service. */
export type StockRows = {
  readonly categoryId: string
  /** A new product with so many units on hand. */
  stocked(quantity: number): Promise<string>
  /** So many new products, each with a reservation of an admin; `due`: its time was over a minute ago. */
  held(wanted: Held): Promise<HeldProduct[]>
  stockOf(productId: string): Promise<StockSums | undefined>
  stateOf(reference: string): Promise<string | undefined>
  eventsOf(subject: string): Promise<{ type: string; data: Record<string, unknown> }[]>
}

type Held = { readonly count: number; readonly quantity: number; readonly units: number; readonly due: boolean }
export type HeldProduct = { readonly productId: string; readonly reference: string; readonly reservationId: string }
/** `held` and `moved` are what `reserved` and `quantity` should be. */
export type StockSums = { quantity: number; reserved: number; held: number; moved: number }

export async function stockRows(kysely: Kysely<CatalogTables>): Promise<StockRows> {
  const categoryId = uuidV7(new Date())
  await kysely.insertInto('categories').values({ id: categoryId, name: 'Things', parent_id: null }).execute()

  async function insertStock({ count, quantity }: { count: number; quantity: number }): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      with product as (
        insert into products (id, sku, name, description, price, currency, category_id)
        select id, id, 'Thing', '', 100, 'EUR', ${categoryId}
        from (select gen_random_uuid() as id from generate_series(1, ${count}::integer)) as fresh
        returning id
      ), stock as (
        insert into inventory (product_id, quantity, location) select id, ${quantity}, 'main' from product
        returning product_id, quantity
      ), movement as (
        insert into inventory_movements (product_id, delta, reason)
        select product_id, quantity, 'adjust' from stock where quantity > 0
      )
      select id from product`.execute(kysely)
    return rows.map(({ id }) => id)
  }

  return {
    categoryId,
    async stocked(quantity) {
      const [id] = await insertStock({ count: 1, quantity })
      if (id === undefined) throw new Error('an insert returned no row')
      return id
    },
    async held({ count, quantity, units, due }) {
      const productIds = await insertStock({ count, quantity })
      const { rows } = await sql<HeldProduct>`
        with reservation as (
          insert into inventory_reservations (id, reference, created_at, expires_at)
          select gen_random_uuid(), 'order:' || product_id, now() - interval '1 hour',
            now() + case when ${due} then interval '-1 minute' else interval '1 hour' end
          from unnest(${productIds}::uuid[]) as t (product_id)
          returning id, reference, substr(reference, 7)::uuid as product_id
        ), line as (
          insert into inventory_reservation_lines (reservation_id, product_id, quantity)
          select id, product_id, ${units} from reservation
        ), counted as (
          update inventory i set reserved = ${units} from reservation r where i.product_id = r.product_id
        )
        select product_id as "productId", reference, id as "reservationId" from reservation`.execute(kysely)
      return rows
    },
    async stockOf(productId) {
      const { rows } = await sql<StockSums>`
        select quantity, reserved,
          (select coalesce(sum(l.quantity), 0) from inventory_reservation_lines l
            join inventory_reservations r on r.id = l.reservation_id
            where l.product_id = i.product_id and r.state = 'active') as held,
          (select coalesce(sum(delta), 0) from inventory_movements m where m.product_id = i.product_id) as moved
        from inventory i where product_id = ${productId}`.execute(kysely)
      return rows[0]
    },
    async stateOf(reference) {
      const { rows } = await sql<{ state: string }>`
        select state from inventory_reservations where reference = ${reference}`.execute(kysely)
      return rows[0]?.state
    },
    async eventsOf(subject) {
      const { rows } = await sql<{ type: string; data: Record<string, unknown> }>`
        select type, envelope -> 'data' as data from outbox_events where subject = ${subject}::uuid
        order by seq`.execute(kysely)
      return rows
    },
  }
}
