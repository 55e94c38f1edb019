import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import { cancelRunning } from './cancel-request.ts'
import { DatabaseUnavailable, databaseFault, isAnswered } from './database-faults.ts'
import type { DatabaseMetrics } from './database-metrics.ts'
import { abandonedProblem, refuseAbandoned, requestScope } from './request-scope.ts'
import { isCancelled, measured, queryConfig, type Statement } from './statement.ts'
import type { StatementFacts } from './statement-facts.ts'

type Surroundings = { metrics: DatabaseMetrics; factsOf(statement: string): StatementFacts }

type OwnConnection = PostgresPoolClient & {
  run(text: string, values: readonly unknown[]): Promise<pg.QueryResult>
}

/** A connection of one transaction, as kysely uses it: measured, statements named, cut off when nobody waits. */
export function ownConnection(client: pg.PoolClient, { metrics, factsOf }: Surroundings): OwnConnection {
  let broken = false
  let writing = false

  async function run(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    const statement = { text, values, facts: factsOf(text), scope: requestScope() }
    const { operation, writes } = statement.facts
    if (operation === 'rollback') return runWhole(statement)
    refuseAbandoned(statement.scope)
    if (operation === 'begin') writing = true
    const result = await (operation === 'commit' ? runWhole(statement) : runCancellable(statement))
    // Past its commit a request is finished, whoever still waits for it.
    if (operation === 'commit' || (writes && !writing)) statement.scope?.commit()
    if (operation === 'commit') writing = false
    return result
  }

  async function runCancellable(statement: Statement): Promise<pg.QueryResult> {
    let cancelled = false
    const stopListening = statement.scope?.onAbandoned(() => {
      cancelled = true
      // A cancel that comes too late would hit the next user of the connection: it must have none.
      broken = true
      cancelRunning(client)
    })
    try {
      return await runWhole(statement)
    } catch (error) {
      if (cancelled && isCancelled(error)) throw abandonedProblem(statement.scope?.abandoned ?? 'deadline')
      throw error
    } finally {
      stopListening?.()
    }
  }

  async function runWhole(statement: Statement): Promise<pg.QueryResult> {
    try {
      return await measured(statement, { metrics, run: () => client.query(queryConfig(statement)) })
    } catch (error) {
      const answered = isAnswered(error)
      broken ||= !answered || databaseFault(error)?.kind === 'unavailable'
      throw answered ? error : DatabaseUnavailable.from(error)
    }
  }

  function query<Row>(statement: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query(statement: unknown, values: readonly unknown[] = []): unknown {
    if (typeof statement !== 'string') throw new TypeError('streaming needs a cursor, which no service has')
    return run(statement, values)
  }

  return { run, query, release: (destroy) => client.release(destroy === true || broken) }
}
