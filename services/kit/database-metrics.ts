import pg from 'pg'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

const operations = ['select', 'insert', 'update', 'delete', 'with', 'begin', 'commit', 'rollback'] as const
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export type DatabaseMetrics = ReturnType<typeof databaseMetrics>

export function databaseMetrics(registry: Registry, pool: pg.Pool) {
  const registers = [registry]
  const duration = new Histogram({
    name: 'db_query_duration_seconds',
    help: 'Time from sending a statement to its whole answer',
    labelNames: ['operation'],
    buckets: seconds,
    registers,
  })
  for (const operation of [...operations, 'other']) duration.zero({ operation })
  const errors = new Counter({
    name: 'db_errors_total',
    help: 'Statements that ended in an error, by the first two characters of the SQLSTATE',
    labelNames: ['sqlstate_class'],
    registers,
  })
  const connectionErrors = new Counter({
    name: 'db_connection_errors_total',
    help: 'Connections that could not be made, or broke while idle',
    registers,
  })
  new Gauge({
    name: 'db_pool_connections',
    help: 'Connections in use, idle, and requests that wait for one',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'used' }, pool.totalCount - pool.idleCount)
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })

  return {
    connectionErrors,
    startQuery: (statement: string) => duration.startTimer({ operation: operationOf(statement) }),
    countError(error: unknown) {
      const sqlstate = error instanceof pg.DatabaseError ? error.code : undefined
      errors.inc({ sqlstate_class: sqlstate?.slice(0, 2) ?? 'connection' })
    },
  }
}

export function operationOf(statement: string): string {
  const word = /^\s*(\w+)/.exec(statement)?.[1]?.toLowerCase()
  return operations.find((operation) => operation === word) ?? 'other'
}
