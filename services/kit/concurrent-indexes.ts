import { type Kysely, sql } from 'kysely'
import type { ConcurrentIndex } from './migrations.ts'

/**
 * Builds what is missing while others read and write. Asked at every run, so that a build which was interrupted is
 * found: it leaves an index that is there, costs every write, and is never used.
 */
export async function buildIndexes(database: Kysely<unknown>, indexes: readonly ConcurrentIndex[]): Promise<void> {
  if (indexes.length === 0) return
  const { rows } = await sql<{ name: string; valid: boolean }>`
    select relname as name, indisvalid as valid from pg_index join pg_class on pg_class.oid = indexrelid
    where relname = any(${indexes.map(({ name }) => name)}) and pg_table_is_visible(indexrelid)`.execute(database)
  const found = new Map(rows.map(({ name, valid }) => [name, valid]))
  // It waits for transactions that are older than itself, in nobody's way.
  await sql`set lock_timeout = '60s'`.execute(database)
  for (const { name, unique, on } of indexes) {
    if (found.get(name) === true) continue
    if (found.get(name) === false) await sql`drop index concurrently ${sql.id(name)}`.execute(database)
    const kind = sql.raw(unique === true ? 'unique index' : 'index')
    await sql`create ${kind} concurrently ${sql.id(name)} on ${sql.raw(on)}`.execute(database)
  }
}
