import { type Kysely, type RawBuilder, sql } from 'kysely'
import { outboxChannel, relayLock } from './relay-names.ts'

const rowsAtOnce = 1_000

export type Marking = {
  /** A condition on outbox_events. */
  readonly fitting: RawBuilder<boolean>
  /** The only one that they are for; null: all. */
  readonly consumer: string | null
}

/** Lets the relay send events again, without those that are appended from now on. Returns how many. */
export async function markUnsent<Tables>(database: Kysely<Tables>, marking: Marking): Promise<number> {
  const { rows } = await sql<{ last: number | null }>`select max(seq) as last from outbox_events`.execute(database)
  const last = rows[0]?.last ?? 0
  let count = 0
  let after = 0
  while (after < last) {
    const marked = await markSome(database, { ...marking, after, last })
    count += marked.count
    after = marked.last ?? last
  }
  return count
}

/**
 * A thousand at a time, so that no row is locked for long, and never beside the relay, which would take them for sent.
 * What waits for its first time, or for another consumer, goes to all.
 */
function markSome<Tables>(
  database: Kysely<Tables>,
  { fitting, consumer, after, last }: Marking & { readonly after: number; readonly last: number },
) {
  return database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${relayLock})`.execute(transaction)
    const { rows } = await sql<{ count: number; last: number | null }>`
      with marked as (
        update outbox_events
        set published_at = null, refused_at = null,
          replay_requested_at = case when published_at is null then replay_requested_at else now() end,
          replay_for = case when published_at is not null or replay_for = ${consumer} then ${consumer} end
        where seq in (
          select seq from outbox_events
          where seq > ${after} and seq <= ${last} and ${fitting}
          order by seq limit ${rowsAtOnce}
        )
        returning seq
      )
      select count(*) as count, max(seq) as last from marked`.execute(transaction)
    await sql`select pg_notify(${outboxChannel}, '')`.execute(transaction)
    return rows[0] ?? { count: 0, last: null }
  })
}
