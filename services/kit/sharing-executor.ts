import {
  type AbortableQueryOptions,
  type CompiledQuery,
  DefaultConnectionProvider,
  DefaultQueryExecutor,
  type Driver,
  PostgresAdapter,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type pg from 'pg'

/** Runs what stands alone; null where it needs a connection of its own. */
export type RunSingle = (text: string, values: readonly unknown[]) => Promise<pg.QueryResult> | null

const counted = ['INSERT', 'UPDATE', 'DELETE', 'MERGE']

/** Kysely's executor, but a statement outside a transaction does not take a connection for itself. */
export class SharingExecutor extends DefaultQueryExecutor {
  readonly #runSingle: RunSingle

  constructor(driver: Driver, runSingle: RunSingle) {
    super(new PostgresQueryCompiler(), new PostgresAdapter(), new DefaultConnectionProvider(driver))
    this.#runSingle = runSingle
  }

  override async executeQuery<Row>(query: CompiledQuery, options?: AbortableQueryOptions): Promise<QueryResult<Row>> {
    const running = options?.signal === undefined ? this.#runSingle(query.sql, query.parameters) : null
    if (running === null) return super.executeQuery<Row>(query, options)
    const { command, rowCount, rows } = await running
    if (!counted.includes(command)) return { rows }
    return { rows, numAffectedRows: BigInt(rowCount ?? 0) }
  }
}
