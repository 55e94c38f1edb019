import type { QueryExecutorProvider } from 'kysely'
import { Gauge } from 'prom-client'
import type { Logger } from '../../kit/logging.ts'
import type { Metrics } from '../../kit/metrics.ts'
import { startRepeating } from '../../kit/repeat-until.ts'
import { type Reconciliation, reconcileStock } from './reconcile-stock.ts'
import { addStockGauges } from './stock-gauges.ts'

const everyMilliseconds = 5 * 60_000
/** A drift of everything has one cause; its lines must not bury what else is logged. */
const linesAtMost = 100

export type StockWatch = {
  /** Compares now, tells what is off, and returns it. */
  reconcile(): Promise<Reconciliation>
  /** From now on every five minutes. */
  start(): void
  stop(): Promise<void>
}

export type StockWatchParts = {
  readonly database: QueryExecutorProvider
  readonly metrics: Metrics
  readonly logger: Logger
}

export function createStockWatch(parts: StockWatchParts): StockWatch {
  const { database, metrics, logger } = parts
  addStockGauges(parts)
  const drift = new Gauge({
    name: 'inventory_drift_units',
    help: 'Units by which stock differed from its movements and reservations when they were last compared',
    registers: [metrics.registry],
  })
  let watching: ReturnType<typeof startRepeating> | undefined

  async function reconcile(): Promise<Reconciliation> {
    const result = await reconcileStock(database)
    drift.set(result.driftUnits)
    for (const line of result.drifted.slice(0, linesAtMost)) logger.error(line, 'stock has drifted')
    const untold = result.drifted.length - linesAtMost
    if (untold > 0) logger.error({ products: untold }, 'stock of further products has drifted')
    return result
  }

  return {
    reconcile,
    start() {
      watching = startRepeating({
        task: 'comparing stock with its movements',
        everyMilliseconds,
        firstAfterMilliseconds: everyMilliseconds,
        logger,
        async run() {
          await reconcile()
          return 'wait'
        },
      })
    },
    async stop() {
      await watching?.stop()
    },
  }
}
