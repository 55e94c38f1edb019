import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { buildIndexes } from './concurrent-indexes.ts'
import { errorText } from './database-faults.ts'
import { appliedMigrations, type MigrationEvent, pendingMigrations, type ServiceMigration } from './migrations.ts'

export type MigrateMode = 'apply' | 'plan' | 'list-applied'

export type MigrateOptions = {
  readonly url: string
  readonly migrations: readonly ServiceMigration[]
  readonly mode: MigrateMode
  /** How long to wait for another process that migrates this database. */
  readonly lockWaitSeconds?: number
}

/** Any fixed number that all processes which migrate this database agree on. */
const migrationLock = 7_306_093_421

/** Runs or shows migrations, one event each. Never throws for what the database says: that is a `failed` event. */
export async function* migrate(options: MigrateOptions): AsyncGenerator<MigrationEvent> {
  const pool = new pg.Pool({ connectionString: options.url, max: 1, connectionTimeoutMillis: 5_000 })
  // Without a listener the process would die of a connection that breaks; the statement in flight reports it.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    if (options.mode === 'apply') yield* apply(database, options)
    if (options.mode === 'plan') yield* plan(database, options)
    if (options.mode === 'list-applied') yield* listApplied(database)
  } catch (error) {
    yield failed('(connect)', error)
  } finally {
    await pool.end()
  }
}

async function* plan(database: Kysely<unknown>, { migrations }: MigrateOptions): AsyncGenerator<MigrationEvent> {
  for (const { name, reversible } of await pendingMigrations(database, migrations)) {
    yield { event: 'pending', name, reversible }
  }
}

async function* listApplied(database: Kysely<unknown>): AsyncGenerator<MigrationEvent> {
  for (const { name, reversible } of await appliedMigrations(database)) {
    yield { event: 'applied-before', name, reversible }
  }
}

async function* apply(database: Kysely<unknown>, options: MigrateOptions): AsyncGenerator<MigrationEvent> {
  await endWithTheClient(database)
  await waitForLock(database, options.lockWaitSeconds ?? 60)
  await sql`
    create table if not exists service_migrations (
      name text primary key,
      reversible boolean not null,
      applied_at timestamptz not null default now()
    )`.execute(database)

  for (const migration of await pendingMigrations(database, options.migrations)) {
    const event = await applyOne(database, migration)
    yield event
    if (event.event === 'failed') return
  }
  for (const { name, indexes = [] } of options.migrations) {
    const failure = await buildIndexes(database, indexes).then(
      () => null,
      (error: unknown) => failed(name, error),
    )
    if (failure !== null) return yield failure
  }
  yield { event: 'current', names: (await appliedMigrations(database)).map(({ name }) => name) }
}

async function applyOne(database: Kysely<unknown>, migration: ServiceMigration): Promise<MigrationEvent> {
  const { name, reversible } = migration
  const startedAt = performance.now()
  try {
    await database.transaction().execute(async (transaction) => {
      await sql`set local lock_timeout = '3s'`.execute(transaction)
      await migration.up(transaction)
      await sql`insert into service_migrations (name, reversible) values (${name}, ${reversible})`.execute(transaction)
    })
  } catch (error) {
    return failed(name, error)
  }
  return { event: 'applied', name, reversible, milliseconds: Math.round(performance.now() - startedAt) }
}

/**
 * A server notices that its client was killed when it has an answer for it: a long statement would go on for nobody, and
 * hold the lock until then. Some operating systems cannot look earlier; there it stays so.
 */
async function endWithTheClient(database: Kysely<unknown>): Promise<void> {
  await sql`set client_connection_check_interval = '500ms'`.execute(database).catch(() => undefined)
}

/**
 * The pool has one connection, so the session lock is held from here until the pool ends. It is asked for again and
 * again instead of waited for: a waiting statement holds a snapshot, which would block CREATE INDEX CONCURRENTLY.
 */
async function waitForLock(database: Kysely<unknown>, waitSeconds: number): Promise<void> {
  const deadline = performance.now() + waitSeconds * 1_000
  for (;;) {
    const { rows } = await sql<{ held: boolean }>`
      select pg_try_advisory_lock(${migrationLock}) as held`.execute(database)
    if (rows[0]?.held === true) return
    if (performance.now() > deadline) {
      throw new Error(`another process has been migrating this database for ${waitSeconds} s`)
    }
    await delay(100)
  }
}

function failed(name: string, error: unknown): MigrationEvent {
  const answer = error instanceof pg.DatabaseError ? error : undefined
  return {
    event: 'failed',
    name,
    message: errorText(error),
    sqlstate: answer?.code ?? null,
    detail: answer?.detail ?? null,
  }
}
