import { type Ask, finding, type Rule } from './books.ts'

/** What has come of the events in the catalog: of each once, however often it was handled. */
export const effectRules: readonly Rule[] = [
  {
    area: 'events',
    says: 'who got a product is known to have bought it, and nobody else',
    async look({ orders, catalog }) {
      const [got, known, sold] = await Promise.all([
        readDelivered(orders),
        readVerified(catalog),
        readProducts(catalog),
      ])
      const wanted = new Set(got.filter(({ product }) => sold.has(product)).map(keyOf))
      const kept = new Set(known.map(keyOf))
      const missing = [...wanted].filter((key) => !kept.has(key)).map((key) => `${key} is not known`)
      const invented = [...kept].filter((key) => !wanted.has(key)).map((key) => `${key} did not get it`)
      return finding(wanted.size, [...missing, ...invented])
    },
  },
  {
    area: 'events',
    says: 'products count as bought together as often as they were paid together',
    async look({ orders, catalog }) {
      const [paid, counted, sold] = await Promise.all([readPaid(orders), readTogether(catalog), readProducts(catalog)])
      const wanted = new Map<string, number>()
      for (const { products } of paid) {
        for (const pair of pairsOf(products.filter((product) => sold.has(product)))) {
          wanted.set(pair, (wanted.get(pair) ?? 0) + 1)
        }
      }
      const kept = new Map(counted.map(({ pair, times }) => [pair, times]))
      const pairs = new Set([...wanted.keys(), ...kept.keys()])
      const wrong = [...pairs].filter((pair) => (wanted.get(pair) ?? 0) !== (kept.get(pair) ?? 0))
      return finding(
        pairs.size,
        wrong.map((pair) => `${pair}: paid ${wanted.get(pair) ?? 0} times, counted ${kept.get(pair) ?? 0}`),
      )
    },
  },
]

type Got = { readonly user: string; readonly product: string }
const keyOf = ({ user, product }: Got): string => `${user} ${product}`

const readDelivered = (orders: Ask) =>
  orders<Got>(`
    select distinct e.envelope -> 'data' ->> 'user_id' as user, line ->> 'product_id' as product
    from outbox_events e cross join lateral jsonb_array_elements(e.envelope -> 'data' -> 'lines') as line
    where e.type = 'order.delivered.v1'`)

const readVerified = (catalog: Ask) =>
  catalog<Got>(`select user_id as user, product_id as product from verified_purchases`)

const readProducts = async (catalog: Ask): Promise<ReadonlySet<string>> =>
  new Set((await catalog<{ id: string }>(`select id from products`)).map(({ id }) => id))

/** Of longer baskets the first twenty products count, by their ids. */
const readPaid = (orders: Ask) =>
  orders<{ products: string[] }>(`
    select (array_agg(distinct line ->> 'product_id' order by line ->> 'product_id'))[1:20] as products
    from outbox_events e cross join lateral jsonb_array_elements(e.envelope -> 'data' -> 'lines') as line
    where e.type = 'order.paid.v1' group by e.id`)

const readTogether = (catalog: Ask) =>
  catalog<{ pair: string; times: number }>(`
    select product_id || ' ' || other_id as pair, times::int from bought_together`)

function pairsOf(products: readonly string[]): string[] {
  return products.flatMap((one) => products.flatMap((other) => (one === other ? [] : [`${one} ${other}`])))
}
