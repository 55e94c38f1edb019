import { Kysely, type PostgresCursor, PostgresDialect, type PostgresPool, type PostgresQueryResult } from 'kysely'
import pg from 'pg'
import type { Registry } from 'prom-client'
import { DatabaseUnavailable, databaseFault } from './database-faults.ts'
import { type DatabaseMetrics, databaseMetrics } from './database-metrics.ts'
import { statementNames } from './statement-names.ts'

export type DatabaseOptions = {
  readonly url: string
  /** Connections at most. */
  readonly poolSize: number
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly metrics: Registry
  /** An idle connection broke (server restarted, connection killed). The pool has dropped it already. */
  onConnectionError(error: Error): void
}

export type OpenDatabase<Tables> = {
  readonly kysely: Kysely<Tables>
  /** Resolves when the database answers, rejects with DatabaseUnavailable; the caller sets the deadline. */
  ping(): Promise<void>
  /** Waits for statements in flight, then closes every connection. */
  close(): Promise<void>
}

const waits = {
  connectionTimeoutMillis: 2_000,
  statement_timeout: 5_000,
  lock_timeout: 3_000,
  idle_in_transaction_session_timeout: 10_000,
  // The server's own limit comes first; this one is for a server that has stopped answering at all.
  query_timeout: 6_000,
} as const

/**
 * A pool whose every wait ends. Statements are prepared by name, so do not select or return `*`: a column added by
 * the next release's migration would change the shape of a prepared answer.
 */
export function openDatabase<Tables>(options: DatabaseOptions): OpenDatabase<Tables> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    keepAlive: true,
    types: safeIntegers,
    ...waits,
  })
  const metrics = databaseMetrics(options.metrics, pool)
  pool.on('error', (error) => {
    metrics.connectionErrors.inc()
    options.onConnectionError(error)
  })
  // The pool listens to idle connections only. One that breaks in use tells its statement; unheard it ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: measuredPool(pool, metrics) }) })
  let closed: Promise<void> | undefined
  return {
    kysely,
    ping: () => ping(pool),
    close() {
      closed ??= pool.end()
      return closed
    },
  }
}

const int8 = 20

/** pg hands out bigint as text; all of ours are counts and cents below 2^53. */
const safeIntegers: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    return oid === int8 && format !== 'binary' ? parseSafeInteger : pg.types.getTypeParser(oid, format)
  },
}

export function parseSafeInteger(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new RangeError(`bigint ${text} is beyond a safe integer`)
  return number
}

async function ping(pool: pg.Pool): Promise<void> {
  await pool.query('select 1').catch((cause: unknown) => {
    throw DatabaseUnavailable.from(cause)
  })
}

/** What kysely sees of the pool: measured, statements named, connection trouble as one kind of error. */
function measuredPool(pool: pg.Pool, metrics: DatabaseMetrics): PostgresPool {
  const nameOf = statementNames()
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch((cause: unknown) => {
        metrics.connectionErrors.inc()
        throw DatabaseUnavailable.from(cause)
      })
      return measuredClient(client, { metrics, nameOf })
    },
  }
}

type KyselyClient = Awaited<ReturnType<PostgresPool['connect']>>
type Surroundings = { metrics: DatabaseMetrics; nameOf(statement: string): string | undefined }

function measuredClient(client: pg.PoolClient, { metrics, nameOf }: Surroundings): KyselyClient {
  let broken = false

  async function run(text: string, values: readonly unknown[]) {
    const name = nameOf(text)
    const stop = metrics.startQuery(text)
    try {
      return await client.query({ ...(name === undefined ? {} : { name }), text, values: [...values] })
    } catch (error) {
      metrics.countError(error)
      // Without an SQLSTATE the connection itself failed; with one of these the server is going away or read-only.
      const answered = error instanceof pg.DatabaseError || error instanceof RangeError
      broken ||= !answered || databaseFault(error)?.kind === 'unavailable'
      throw answered ? error : DatabaseUnavailable.from(error)
    } finally {
      stop()
    }
  }

  function query<Row>(statement: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query(statement: unknown, values: readonly unknown[] = []): unknown {
    if (typeof statement !== 'string') throw new TypeError('streaming needs a cursor, which no service has')
    return run(statement, values)
  }

  return { query, release: (destroy) => client.release(destroy === true || broken) }
}
