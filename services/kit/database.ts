import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import pg from 'pg'
import type { Registry } from 'prom-client'
import { CancelledForAnother, DatabaseUnavailable } from './database-faults.ts'
import { databaseMetrics } from './database-metrics.ts'
import { createLanes, type LanePlan, planLanes } from './lanes.ts'
import { ownConnection } from './own-connection.ts'
import { refuseAbandoned, requestScope } from './request-scope.ts'
import { type RunSingle, SharingExecutor } from './sharing-executor.ts'
import { measured, type Statement } from './statement.ts'
import { statementFacts } from './statement-facts.ts'

export type DatabaseOptions = {
  readonly url: string
  /** Connections at most. */
  readonly poolSize: number
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly metrics: Registry
  /** How many of them are shared; planLanes(poolSize) where it is left out. */
  readonly lanes?: LanePlan
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
 * A pool whose every wait ends. A statement by itself goes over a shared connection, right behind those of other
 * requests; a transaction has a connection of its own. Statements are prepared by name, so do not select or return
 * `*`: a column added by the next release's migration would change the shape of a prepared answer.
 */
export function openDatabase<Tables>(options: DatabaseOptions): OpenDatabase<Tables> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    keepAlive: true,
    pipeline: true,
    types: safeIntegers,
    ...waits,
  })
  const onConnectionError = (error: Error) => {
    metrics.connectionErrors.inc()
    options.onConnectionError(error)
  }
  pool.on('error', onConnectionError)
  // The pool listens to idle connections only. One that breaks in use tells its statement; unheard it ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined))

  const lanes = createLanes(options.lanes ?? planLanes(options.poolSize), { connect, onBroken: onConnectionError })
  const metrics = databaseMetrics(options.metrics, { pool, idleLanes: lanes.idle })
  const factsOf = statementFacts()

  async function connect(): Promise<pg.PoolClient> {
    if (pool.idleCount === 0 && pool.totalCount >= options.poolSize) lanes.yieldOne()
    const stop = metrics.startWait()
    try {
      return await pool.connect()
    } catch (cause) {
      metrics.connectionErrors.inc()
      throw DatabaseUnavailable.from(cause)
    } finally {
      stop()
    }
  }

  const own: PostgresPool = {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => ownConnection(await connect(), { metrics, factsOf }),
  }
  const dialect = new PostgresDialect({ pool: own })
  const driver = dialect.createDriver()
  const ready = driver.init()

  async function runShared(statement: Statement, answer: Promise<pg.QueryResult>): Promise<pg.QueryResult> {
    try {
      const result = await measured(statement, { metrics, run: () => answer })
      if (statement.facts.writes) statement.scope?.commit()
      return result
    } catch (error) {
      if (!(error instanceof CancelledForAnother)) throw error
      return runOwn(statement)
    }
  }

  async function runOwn({ text, values }: Statement): Promise<pg.QueryResult> {
    const client = await connect()
    const connection = ownConnection(client, { metrics, factsOf })
    try {
      return await connection.run(text, values)
    } finally {
      connection.release()
    }
  }

  const runSingle: RunSingle = (text, values) => {
    const statement = { text, values, facts: factsOf(text), scope: requestScope() }
    refuseAbandoned(statement.scope)
    const answer = lanes.run(statement)
    return answer === null ? null : runShared(statement, answer)
  }

  let closed: Promise<void> | undefined
  return {
    kysely: new Kysely<Tables>({
      config: { dialect },
      dialect,
      driver,
      executor: new SharingExecutor(driver, runSingle),
    }),
    async ping() {
      await (runSingle('select 1', []) ?? pool.query('select 1')).catch((cause: unknown) => {
        throw DatabaseUnavailable.from(cause)
      })
    },
    close() {
      closed ??= ready.then(() => {
        lanes.close()
        return pool.end()
      })
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

function parseSafeInteger(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new RangeError(`bigint ${text} is beyond a safe integer`)
  return number
}
