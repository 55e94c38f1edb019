import { type QueryExecutorProvider, sql } from 'kysely'
import { Gauge } from 'prom-client'
import type { Logger } from '../../kit/logging.ts'
import type { Metrics } from '../../kit/metrics.ts'

const seriesAtMost = 50

type Parts = { readonly database: QueryExecutorProvider; readonly metrics: Metrics; readonly logger: Logger }

/** Asked of the tables when somebody looks, so that every replica shows the same. */
export function addStockGauges({ database, metrics, logger }: Parts): void {
  const registers = [metrics.registry]
  let asked: Promise<void> | undefined
  // All three are collected at once; one statement answers them.
  const collect = () => {
    asked ??= refresh().finally(() => {
      asked = undefined
    })
    return asked
  }
  const active = new Gauge({ name: 'reservations_active', help: 'Reservations that hold stock', registers, collect })
  const lowProducts = new Gauge({
    name: 'inventory_low_products',
    help: 'Products with fewer than ten units available',
    registers,
    collect,
  })
  const lowAvailable = new Gauge({
    name: 'inventory_low_available',
    help: 'Units available of the products that have the fewest',
    labelNames: ['product_id'],
    registers,
    collect,
  })

  async function refresh(): Promise<void> {
    const stock = await readStockFigures(database).catch((error: unknown) => {
      logger.warn({ error }, 'stock figures are as they were last read')
    })
    if (stock === undefined) return
    active.set(stock.active)
    lowProducts.set(stock.low)
    lowAvailable.reset()
    for (const { product_id, available } of stock.lowest) lowAvailable.set({ product_id }, available)
  }
}

type StockFigures = {
  readonly active: number
  readonly low: number
  readonly lowest: readonly { readonly product_id: string; readonly available: number }[]
}

async function readStockFigures(database: QueryExecutorProvider): Promise<StockFigures | undefined> {
  const { rows } = await sql<StockFigures>`
    with low as (
      select i.product_id, i.quantity - i.reserved as available
      from inventory i join products p on p.id = i.product_id
      where i.low and p.deleted_at is null
    ), lowest as (
      select product_id, available from low order by available, product_id limit ${seriesAtMost}
    )
    select (select count(*) from inventory_reservations where state = 'active') as active,
      (select count(*) from low) as low,
      (select coalesce(json_agg(json_build_object('product_id', product_id, 'available', available)), '[]')
       from lowest) as lowest`.execute(database)
  return rows[0]
}
