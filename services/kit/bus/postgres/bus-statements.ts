import { type Kysely, sql } from 'kysely'
import { partitionCount } from '../partitions.ts'
import type { SealedEnvelope } from '../sealed-envelope.ts'
import type { StoredPosition } from './held-positions.ts'

export type Database = Kysely<Record<never, never>>

export const busChannel = 'shop_bus'

/** False: this bus does not know the source yet. Without a source it is not asked for. */
export async function insertEntries(
  database: Database,
  { envelopes, source }: { readonly envelopes: readonly SealedEnvelope[]; readonly source: string | null },
): Promise<boolean> {
  const buckets = envelopes.map(({ partition }) => partition)
  const texts = envelopes.map(({ text }) => text)
  const { rows } = await sql<{ count: number }>`
    with counted as (
      update bus_state set last_seq = last_seq + ${envelopes.length}
      where ${source}::text is null or exists (select from bus_sources where name = ${source})
      returning last_seq - ${envelopes.length} as before, segment
    ), inserted as (
      insert into bus_entries (segment, bucket, seq, envelope)
      select segment, bucket, before + number, envelope
      from counted, unnest(${buckets}::smallint[], ${texts}::json[]) with ordinality as e (bucket, envelope, number)
    )
    select pg_notify(${busChannel}, '') from counted`.execute(database)
  return rows.length > 0
}

export async function insertGroup(
  database: Database,
  { group, from }: { readonly group: string; readonly from: 'beginning' | 'now' },
): Promise<void> {
  await sql`
    with created as (
      insert into bus_groups (name) values (${group}) on conflict do nothing returning name
    )
    insert into bus_positions (group_name, bucket, position)
    select name, bucket, case ${from}::text when 'now' then last_seq else 0 end
    from created, bus_state, generate_series(0, ${partitionCount - 1}::integer) as bucket`.execute(database)
}

type OfMember = { readonly group: string; readonly member: string; readonly claimMilliseconds: number }

export async function renewClaims(database: Database, { group, member, claimMilliseconds }: OfMember): Promise<void> {
  await sql`
    with group_seen as (
      update bus_groups set seen_at = now() where name = ${group} and seen_at < now() - interval '1 minute'
    ), member_seen as (
      insert into bus_members (group_name, member) values (${group}, ${member})
      on conflict (group_name, member) do update set seen_at = clock_timestamp()
    ), gone as (
      delete from bus_members
      where group_name = ${group} and member <> ${member}
        and seen_at < clock_timestamp() - ${claimMilliseconds} * interval '1 millisecond'
    )
    update bus_positions set kept_until = clock_timestamp() + ${claimMilliseconds} * interval '1 millisecond'
    where group_name = ${group} and owner = ${member}`.execute(database)
}

export async function selectView(database: Database, { group, claimMilliseconds }: Omit<OfMember, 'member'>) {
  const { rows } = await sql<{ members: string[]; owners: { bucket: number; owner: string }[] | null }>`
    select
      array(
        select member::text from bus_members
        where group_name = ${group} and seen_at >= clock_timestamp() - ${claimMilliseconds} * interval '1 millisecond'
      ) as members,
      (
        select json_agg(json_build_object('bucket', bucket, 'owner', owner)) from bus_positions
        where group_name = ${group} and kept_until >= clock_timestamp()
      ) as owners`.execute(database)
  const [view] = rows
  return {
    members: view?.members ?? [],
    owners: new Map((view?.owners ?? []).map(({ bucket, owner }) => [bucket, owner] as const)),
  }
}

export async function claimBuckets(
  database: Database,
  { group, member, claimMilliseconds, buckets }: OfMember & { readonly buckets: readonly number[] },
): Promise<readonly (StoredPosition & { readonly bucket: number })[]> {
  const { rows } = await sql<{ bucket: number; position: number; unfinished: string[] }>`
    with free as (
      select bucket from bus_positions
      where group_name = ${group} and bucket = any(${buckets}::smallint[])
        and (owner is null or owner = ${member} or kept_until < clock_timestamp())
      for update skip locked
    )
    update bus_positions as p
    set owner = ${member}, kept_until = clock_timestamp() + ${claimMilliseconds} * interval '1 millisecond'
    from free where p.group_name = ${group} and p.bucket = free.bucket
    returning p.bucket, p.position, p.unfinished`.execute(database)
  return rows.map(({ bucket, position, unfinished }) => ({ bucket, position, unfinished: unfinished.map(Number) }))
}

export async function releaseBuckets(
  database: Database,
  { group, member, buckets }: Omit<OfMember, 'claimMilliseconds'> & { readonly buckets: readonly number[] },
): Promise<void> {
  await sql`
    update bus_positions set owner = null, kept_until = null
    where group_name = ${group} and owner = ${member} and bucket = any(${buckets}::smallint[])`.execute(database)
}

export async function deleteMember(
  database: Database,
  { group, member }: Omit<OfMember, 'claimMilliseconds'>,
): Promise<void> {
  await sql`delete from bus_members where group_name = ${group} and member = ${member}`.execute(database)
}
