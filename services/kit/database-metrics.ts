import pg from 'pg'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { CancelledForAnother } from './database-faults.ts'
import { Problem } from './problems.ts'
import { statementOperations } from './statement-facts.ts'

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Those that happen, so that an alert sees the first of them: connection, data, constraint, read-only, conflict … */
const sqlstateClasses = ['08', '22', '23', '25', '40', '42', '53', '55', '57', 'connection'] as const

export type DatabaseMetrics = ReturnType<typeof databaseMetrics>

type Watched = {
  readonly pool: pg.Pool
  /** Connections that are kept for single statements, with none under way. */
  idleLanes(): number
}

export function databaseMetrics(registry: Registry, { pool, idleLanes }: Watched) {
  const registers = [registry]
  const duration = new Histogram({
    name: 'db_query_duration_seconds',
    help: 'Time from sending a statement to its whole answer',
    labelNames: ['operation'],
    buckets: seconds,
    registers,
  })
  for (const operation of statementOperations) duration.zero({ operation })
  const errors = new Counter({
    name: 'db_errors_total',
    help: 'Statements that ended in an error, by the first two characters of the SQLSTATE',
    labelNames: ['sqlstate_class'],
    registers,
  })
  for (const sqlstateClass of sqlstateClasses) errors.inc({ sqlstate_class: sqlstateClass }, 0)
  const connectionErrors = new Counter({
    name: 'db_connection_errors_total',
    help: 'Connections that could not be made, or broke while idle',
    registers,
  })
  const wait = new Histogram({
    name: 'db_pool_wait_seconds',
    help: 'Time until a transaction, or a lane of single statements, had its connection',
    buckets: seconds,
    registers,
  })
  new Gauge({
    name: 'db_pool_connections',
    help: 'Connections in use, idle, and requests that wait for one',
    labelNames: ['state'],
    registers,
    collect() {
      const idle = pool.idleCount + idleLanes()
      this.set({ state: 'used' }, pool.totalCount - idle)
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })

  return {
    connectionErrors,
    startQuery: (operation: string) => duration.startTimer({ operation }),
    startWait: () => wait.startTimer(),
    countError(error: unknown) {
      // Of a statement that nobody waited for any more, nothing went wrong.
      if (error instanceof Problem || error instanceof CancelledForAnother) return
      const sqlstate = error instanceof pg.DatabaseError ? error.code : undefined
      errors.inc({ sqlstate_class: sqlstate?.slice(0, 2) ?? 'connection' })
    },
  }
}
