import { sql } from 'kysely'
import type { Database } from './bus-statements.ts'

/** A segment with so many entries is followed by another. */
const entriesOfSegment = 5_000

export async function recycleSegments(database: Database, quietMilliseconds: number): Promise<void> {
  await sql`
    select recycle_bus_segments(${entriesOfSegment}::bigint, ${quietMilliseconds} * interval '1 millisecond')`.execute(
    database,
  )
}

/**
 * Those that no member was in for as long as an outbox keeps what it has published: what they have not finished would
 * stay for ever, and everything after it.
 */
export async function forgetGroups(database: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    delete from bus_groups where seen_at < now() - interval '14 days' returning name`.execute(database)
  return rows.map(({ name }) => name)
}

export async function knowsSource(database: Database, source: string): Promise<boolean> {
  const { rows } = await sql`select name from bus_sources where name = ${source}`.execute(database)
  return rows.length > 0
}

export async function addSource(database: Database, source: string): Promise<void> {
  await sql`insert into bus_sources (name) values (${source}) on conflict do nothing`.execute(database)
}
