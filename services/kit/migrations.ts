import { type QueryExecutorProvider, sql, type Transaction } from 'kysely'

/**
 * One migration is one transaction, expand only. Kysely's own Migrator is not used: it puts all steps into one
 * transaction, refuses a database that is ahead, waits an hour for its lock, and has no place for `reversible`.
 */
export type ServiceMigration = {
  /** `0001_accounts`: four digits give the order, the name never changes. */
  readonly name: string
  /** False when the previous release's data cannot be had back, so that rollback asks for --force. */
  readonly reversible: boolean
  up(database: Transaction<unknown>): Promise<void>
  /** On tables that have rows already: built after the transaction, without a lock that stops writes. */
  readonly indexes?: readonly ConcurrentIndex[]
}

export type ConcurrentIndex = {
  readonly name: string
  readonly unique?: true
  /** `users (created_at, id) where …` */
  readonly on: string
}

export type MigrationEvent =
  | { readonly event: 'applied'; readonly name: string; readonly reversible: boolean; readonly milliseconds: number }
  | {
      readonly event: 'failed'
      readonly name: string
      readonly message: string
      readonly sqlstate: string | null
      readonly detail: string | null
    }
  | { readonly event: 'current'; readonly names: readonly string[] }
  | { readonly event: 'pending'; readonly name: string; readonly reversible: boolean }
  | { readonly event: 'applied-before'; readonly name: string; readonly reversible: boolean }

type Applied = { name: string; reversible: boolean }

/** What the database has, in order, also what this bundle does not know. Changes nothing. */
export async function appliedMigrations(database: QueryExecutorProvider): Promise<readonly Applied[]> {
  const table = await sql<{ present: boolean }>`
    select to_regclass('service_migrations') is not null as present`.execute(database)
  if (table.rows[0]?.present !== true) return []
  const { rows } = await sql<Applied>`select name, reversible from service_migrations order by name`.execute(database)
  return rows
}

/** What `migrate` would run. Changes nothing. */
export async function pendingMigrations(
  database: QueryExecutorProvider,
  migrations: readonly ServiceMigration[],
): Promise<readonly ServiceMigration[]> {
  const applied = new Set((await appliedMigrations(database)).map(({ name }) => name))
  return inOrder(migrations).filter(({ name }) => !applied.has(name))
}

/** The readiness check: rejects while the database is behind. A database that is ahead is fine. */
export async function assertMigrated(
  database: QueryExecutorProvider,
  migrations: readonly ServiceMigration[],
): Promise<void> {
  const pending = await pendingMigrations(database, migrations)
  if (pending.length > 0) throw new Error(`migrations pending: ${pending.map(({ name }) => name).join(', ')}`)
}

/** Throws on names that do not sort as written: they would run in another order on the next database. */
function inOrder(migrations: readonly ServiceMigration[]): readonly ServiceMigration[] {
  const misplaced = migrations.find(({ name }, index) => name <= (migrations[index - 1]?.name ?? ''))
  if (misplaced !== undefined) throw new Error(`migration ${misplaced.name} is out of order or not the only one`)
  return migrations
}
