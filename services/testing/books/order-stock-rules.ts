import { type Ask, type Books, finding, type Rule, soldStatuses } from './books.ts'

/** What orders own of the stock, against what the catalog keeps under their references `order:<id>:hold:<n>`. */
export const orderStockRules: readonly Rule[] = [
  {
    area: 'stock',
    says: 'stock is held for orders that wait for their payment, and for no other',
    async look({ orders, catalog }) {
      const [holds, waiting] = await Promise.all([readHolds(catalog), readWaiting(orders)])
      const owned = new Set(waiting.map(({ reference }) => reference))
      const ownerless = holds.filter(({ reference }) => !owned.has(reference))
      return finding(
        holds.length,
        ownerless.map(({ reference }) => `${reference} is held and no order waits with it`),
      )
    },
  },
  {
    area: 'stock',
    says: 'what is held and sold of each order are its own units, but for those that came back',
    async look({ orders, catalog }) {
      const [owed, out] = await Promise.all([readOwed(orders), readOut(catalog)])
      const keys = new Set([...owed.keys(), ...out.keys()])
      const wrong = [...keys].filter((key) => (owed.get(key) ?? 0) !== (out.get(key) ?? 0))
      return finding(
        keys.size,
        wrong.map((key) => `${key}: the order has ${owed.get(key) ?? 0} units, the catalog gave ${out.get(key) ?? 0}`),
      )
    },
  },
]

const ofOrder = `reference ~ '^order:[0-9a-f-]{36}:hold:[0-9]+$'`

const readHolds = (catalog: Ask) =>
  catalog<{ reference: string }>(`
    select reference from inventory_reservations where state = 'active' and ${ofOrder} order by reference`)

const readWaiting = (orders: Ask) =>
  orders<{ reference: string }>(`
    select reservation_reference as reference from orders
    where status = 'pending' and reservation_reference is not null`)

type Units = { readonly order: string; readonly product: string; readonly units: number }

/**
 * Sold: all but what refunds have put on sale again. Cancelled: only what refunds have kept off sale. Any other order has
 * nothing for good.
 */
async function readOwed(orders: Books['orders']): Promise<ReadonlyMap<string, number>> {
  return unitsByKey(
    await orders<Units>(`
      select o.id as order, i.product_id as product,
        (case when o.status in ${soldStatuses} then i.quantity - r.restocked
          when o.status = 'cancelled' then r.kept else 0 end)::int as units
      from orders o join order_items i on i.order_id = o.id cross join lateral (
        select coalesce(sum(l.unshipped_quantity + l.shipped_quantity)
            filter (where l.restock and f.status = 'succeeded'), 0) as restocked,
          coalesce(sum(l.unshipped_quantity + l.shipped_quantity)
            filter (where not l.restock and f.status <> 'failed'), 0) as kept
        from refund_items l join refunds f on f.id = l.refund_id where l.order_item_id = i.id
      ) r`),
  )
}

/** What was sold under any reference of the order and is not back. */
async function readOut(catalog: Books['catalog']): Promise<ReadonlyMap<string, number>> {
  return unitsByKey(
    await catalog<Units>(`
      select split_part(r.reference, ':', 2) as order, l.product_id as product, sum(l.quantity - l.returned)::int as units
      from inventory_reservations r join inventory_reservation_lines l on l.reservation_id = r.id
      where r.state = 'committed' and ${ofOrder} group by 1, 2`),
  )
}

function unitsByKey(rows: readonly Units[]): ReadonlyMap<string, number> {
  return new Map(
    rows.flatMap(({ order, product, units }) => (units === 0 ? [] : [[`${order} ${product}`, units] as const])),
  )
}
