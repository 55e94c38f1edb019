import { sql, type Transaction } from 'kysely'
import type { ServiceMigration } from '../../migrations.ts'
import { partitionCount } from '../partitions.ts'

/** How many parts the entries are in. One is written to; the others are emptied as a whole when all have finished them. */
const segmentCount = 4

/** Of the database that all services share: EVENT_BUS_URL where it starts with postgres://. */
export const busMigrations: readonly ServiceMigration[] = [
  {
    name: '0001_bus',
    reversible: true,
    async up(transaction) {
      await createEntries(transaction)
      await createGroups(transaction)
      await createRecycling(transaction)
    },
  },
]

async function createEntries(database: Transaction<unknown>): Promise<void> {
  // Its one row is locked by who publishes until that is committed: so `seq` has no gap and is the order of commits,
  // and who reads up to one has missed none before it.
  await sql`
    create table bus_state (
      id integer primary key constraint bus_state_single check (id = 1),
      last_seq bigint not null,
      segment smallint not null,
      segment_since_seq bigint not null,
      segment_since timestamptz(3) not null default now()
    ) with (fillfactor = 10)`.execute(database)
  await sql`
    insert into bus_state (id, last_seq, segment, segment_since_seq) values (1, 0, 0, 0)`.execute(database)
  await sql`
    create table bus_sources (
      name text primary key,
      at timestamptz(3) not null default now()
    )`.execute(database)
  await sql`
    create table bus_entries (
      segment smallint not null,
      bucket smallint not null
        constraint bus_entries_bucket_known check (bucket between 0 and ${sql.lit(partitionCount - 1)}),
      seq bigint not null,
      envelope json not null constraint bus_entries_envelope_size check (octet_length(envelope::text) <= 65536),
      published_at timestamptz(3) not null default clock_timestamp(),
      primary key (bucket, seq, segment)
    ) partition by list (segment)`.execute(database)
  for (let segment = 0; segment < segmentCount; segment += 1) {
    await sql`
      create table ${sql.id(`bus_entries_${segment}`)} partition of bus_entries for values in (${sql.lit(segment)})
    `.execute(database)
  }
}

async function createGroups(database: Transaction<unknown>): Promise<void> {
  await sql`
    create table bus_groups (
      name text primary key constraint bus_groups_name_form check (name ~ '^[a-z][a-z-]{0,49}$'),
      seen_at timestamptz(3) not null default now()
    )`.execute(database)
  // Rows change with each batch: room on their page, and no index on what changes, so that this leaves no dead ones.
  await sql`
    create table bus_positions (
      group_name text not null references bus_groups (name) on delete cascade,
      bucket smallint not null,
      position bigint not null,
      unfinished bigint[] not null default '{}',
      owner uuid,
      kept_until timestamptz(3),
      primary key (group_name, bucket),
      constraint bus_positions_owned_for_a_time check ((owner is null) = (kept_until is null))
    ) with (fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)`.execute(database)
  await sql`comment on column bus_positions.position is 'up to here all is finished, but for unfinished'`.execute(
    database,
  )
  await sql`
    create table bus_members (
      group_name text not null references bus_groups (name) on delete cascade,
      member uuid not null,
      seen_at timestamptz(3) not null default clock_timestamp(),
      primary key (group_name, member)
    ) with (fillfactor = 50)`.execute(database)
}

/**
 * Empties what every group has finished, a segment at a time, and begins the next one in time: nothing is deleted row by
 * row, so there is nothing to vacuum. With the owner's rights, for TRUNCATE is not of those that services have. Where a
 * reader is in the way it gives up at once, and comes again in a moment.
 */
async function createRecycling(database: Transaction<unknown>): Promise<void> {
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(database)
  const schema = sql.id(rows[0]?.name ?? 'public')
  await sql`
    create function recycle_bus_segments(entries_at_most bigint, quiet interval)
    returns void language plpgsql security definer set search_path = ${schema}, pg_temp set lock_timeout = '200ms' as $$
    declare
      part record;
      finished boolean;
      used boolean;
      empty_segment smallint;
    begin
      -- One at a time: who decides must see what the one before has done.
      if not pg_try_advisory_xact_lock(7306093422) then return; end if;
      if not exists (select from bus_groups) then return; end if;
      for part in
        select number as segment, 'bus_entries_' || number as name, number = state.segment as current, state.last_seq,
          state.segment_since_seq, state.segment_since
        from bus_state as state, generate_series(0, ${sql.lit(segmentCount - 1)}) as number
        order by number = state.segment
      loop
        used := exists (select from bus_entries where segment = part.segment);
        if not used and not part.current then empty_segment := part.segment; end if;
        continue when not used;
        finished := not exists (
          select from bus_positions as p
          where exists (select from bus_entries as e
              where e.segment = part.segment and e.bucket = p.bucket and e.seq > p.position)
            or exists (select from unnest(p.unfinished) as u (seq) join bus_entries as e
              on e.segment = part.segment and e.bucket = p.bucket and e.seq = u.seq)
        );
        if part.current then
          if empty_segment is not null and (part.last_seq - part.segment_since_seq >= entries_at_most
            or (finished and part.segment_since < clock_timestamp() - quiet))
          then
            update bus_state set segment = empty_segment, segment_since_seq = last_seq, segment_since = clock_timestamp();
          end if;
        elsif finished then
          execute format('truncate only %I', part.name);
          empty_segment := part.segment;
        end if;
      end loop;
    exception when lock_not_available then null;
    end
    $$`.execute(database)
}
