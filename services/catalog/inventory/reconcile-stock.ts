import { type QueryExecutorProvider, sql } from 'kysely'

/** A product whose counters are not what its movements and reservations add up to. */
export type Drift = {
  readonly product_id: string
  readonly quantity: number
  /** The sum of its movements, which `quantity` should be. */
  readonly moved: number
  readonly reserved: number
  /** The sum of its lines in active reservations, which `reserved` should be. */
  readonly held: number
}

export type Reconciliation = {
  readonly checked: number
  /** By how many units all drifted products are off. */
  readonly driftUnits: number
  readonly drifted: readonly Drift[]
}

const productsAtOnce = 1_000
const nil = '00000000-0000-0000-0000-000000000000'

/** Compares the counters of all products with what they stand for. Repairs nothing: who is wrong is for people to say. */
export async function reconcileStock(database: QueryExecutorProvider): Promise<Reconciliation> {
  const drifted: Drift[] = []
  let checked = 0
  let after = nil
  for (;;) {
    const page = await comparePage(database, after)
    checked += page.checked
    drifted.push(...page.drifted)
    if (page.last === null || page.checked < productsAtOnce) break
    after = page.last
  }
  const driftUnits = drifted.reduce((sum, drift) => sum + unitsOff(drift), 0)
  return { checked, driftUnits, drifted }
}

const unitsOff = ({ quantity, moved, reserved, held }: Drift): number =>
  Math.abs(quantity - moved) + Math.abs(reserved - held)

type ComparedPage = { readonly checked: number; readonly last: string | null; readonly drifted: readonly Drift[] }

/** One statement sees one moment, so what others change meanwhile is no drift. */
async function comparePage(database: QueryExecutorProvider, after: string): Promise<ComparedPage> {
  const { rows } = await sql<ComparedPage>`
    with page as (
      select product_id, quantity, reserved from inventory
      where product_id > ${after}::uuid order by product_id limit ${productsAtOnce}
    ), held as (
      select l.product_id, sum(l.quantity)::bigint as units
      from inventory_reservations r join inventory_reservation_lines l on l.reservation_id = r.id
      where r.state = 'active'
      group by l.product_id
    ), compared as (
      select page.product_id, page.quantity, page.reserved, coalesce(held.units, 0) as held,
        (select coalesce(sum(m.delta), 0) from inventory_movements m where m.product_id = page.product_id) as moved
      from page left join held on held.product_id = page.product_id
    )
    select count(*)::integer as checked, (array_agg(product_id order by product_id desc))[1] as last,
      coalesce(
        json_agg(json_build_object('product_id', product_id, 'quantity', quantity, 'moved', moved,
          'reserved', reserved, 'held', held) order by product_id)
        filter (where quantity <> moved or reserved <> held), '[]') as drifted
    from compared`.execute(database)
  return rows[0] ?? { checked: 0, last: null, drifted: [] }
}
