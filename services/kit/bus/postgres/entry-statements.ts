import { sql } from 'kysely'
import { z } from 'zod'
import type { Database } from './bus-statements.ts'
import type { StoredPosition } from './held-positions.ts'

export type EntryRow = { readonly bucket: number; readonly seq: number; readonly envelope: unknown }

export type Wanted = {
  readonly bucket: number
  /** By number, before all others. */
  readonly leftOver: readonly number[]
  readonly after: number
  readonly room: number
}

/** Of each bucket in its order. */
export async function selectEntries(database: Database, wanted: readonly Wanted[]): Promise<readonly EntryRow[]> {
  const { rows } = await sql<EntryRow>`
    select e.bucket, e.seq, e.envelope
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
      as w (bucket smallint, "leftOver" bigint[], after bigint, room integer)
    cross join lateral (
      (select bucket, seq, envelope from bus_entries where bucket = w.bucket and seq = any(w."leftOver"))
      union all
      (select bucket, seq, envelope from bus_entries where bucket = w.bucket and seq > w.after order by seq limit w.room)
    ) as e
    order by e.seq`.execute(database)
  return rows
}

export type StoredPositions = {
  readonly group: string
  readonly member: string
  readonly positions: readonly (StoredPosition & { readonly bucket: number })[]
}

export async function updatePositions(
  database: Database,
  { group, member, positions }: StoredPositions,
): Promise<void> {
  await sql`
    update bus_positions as p set position = stored.position, unfinished = stored.unfinished
    from jsonb_to_recordset(${JSON.stringify(positions)}::jsonb)
      as stored (bucket smallint, position bigint, unfinished bigint[])
    where p.group_name = ${group} and p.owner = ${member} and p.bucket = stored.bucket`.execute(database)
}

export async function selectLag(database: Database, group: string): Promise<number> {
  const { rows } = await sql<{ lag: unknown }>`
    select coalesce(sum(cardinality(p.unfinished) + (
      select count(*) from bus_entries as e where e.bucket = p.bucket and e.seq > p.position
    )), 0)::bigint as lag
    from bus_positions as p where p.group_name = ${group}`.execute(database)
  return z.tuple([z.object({ lag: z.int() })]).parse(rows)[0].lag
}
