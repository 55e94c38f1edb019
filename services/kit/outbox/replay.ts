import { type Kysely, type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import type { ActionBy } from './event-action.ts'
import { markUnsent } from './mark-unsent.ts'

/** `refused`: by the bus, for what it says; the relay tries it again from time to time. */
export type OutboxState = 'published' | 'unpublished' | 'refused'

export type OutboxEvent = {
  readonly seq: number
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly aggregate_version: number
  readonly state: OutboxState
  readonly created_at: Date
  readonly published_at: Date | null
  readonly refused_at: Date | null
}

/** All that are named must fit. `from` is included, `to` is not. */
export type OutboxWanted = {
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly type?: string | undefined
  readonly subject?: string | undefined
  readonly id?: string | undefined
}

const state = sql<OutboxState>`case when published_at is not null then 'published'
  when refused_at is not null then 'refused' else 'unpublished' end`
const columns = sql`seq, id, type, subject, aggregate_version, ${state} as state, created_at, published_at, refused_at`

const isIn: Readonly<Record<OutboxState, RawBuilder<boolean>>> = {
  published: sql`published_at is not null`,
  // As the index of what is not published has it.
  unpublished: sql`published_at is null and refused_at is null`,
  refused: sql`published_at is null and refused_at is not null`,
}

/** The newest that fit, the oldest of them first. Published ones are kept for two weeks. */
export async function listOutbox(
  database: QueryExecutorProvider,
  wanted: OutboxWanted & { readonly state?: OutboxState | undefined; readonly limit?: number } = {},
): Promise<readonly OutboxEvent[]> {
  const { rows } = await sql<OutboxEvent>`
    select ${columns} from outbox_events
    where ${fits(wanted)} and ${wanted.state === undefined ? sql`true` : isIn[wanted.state]}
    order by seq desc limit ${wanted.limit ?? 100}`.execute(database)
  return rows.toReversed()
}

/** With all that it says; undefined where there is none. */
export async function showOutboxEvent(
  database: QueryExecutorProvider,
  id: string,
): Promise<(OutboxEvent & { readonly envelope: unknown }) | undefined> {
  const { rows } = await sql<OutboxEvent & { envelope: unknown }>`
    select ${columns}, envelope from outbox_events where id = ${id}`.execute(database)
  return rows[0]
}

/**
 * Has stored events sent to the bus again, in their order, as they are: who has handled one does not do so again. The
 * service's relay sends them, so it has to run. With `consumer` all other consumers pass them over. Returns how many.
 */
export async function replayOutbox<Tables>(
  database: Kysely<Tables>,
  wanted: OutboxWanted & { readonly consumer?: string | undefined },
  by: ActionBy,
): Promise<number> {
  const { consumer, ...range } = wanted
  const fitting = fits(range)
  await sql`
    insert into event_actions (actor, action, consumer, event_id, reason, detail)
    values (${by.actor}, 'outbox.replay', ${consumer ?? null}, ${range.id ?? null}, ${by.reason ?? null},
      ${JSON.stringify(range)}::jsonb)`.execute(database)
  return markUnsent(database, { fitting, consumer: consumer ?? null })
}

/** For a bus that may have lost what was sent since then; null: whatever is kept. Returns how many. */
export function resendSince<Tables>(database: Kysely<Tables>, since: Date | null): Promise<number> {
  const fitting = sql<boolean>`published_at is not null and published_at >= coalesce(${since}::timestamptz, '-infinity')`
  return markUnsent(database, { fitting, consumer: null })
}

function fits({ from, to, type, subject, id }: OutboxWanted): RawBuilder<boolean> {
  return sql`(${from ?? null}::timestamptz is null or created_at >= ${from ?? null})
    and (${to ?? null}::timestamptz is null or created_at < ${to ?? null})
    and (${type ?? null}::text is null or type = ${type ?? null})
    and (${subject ?? null}::uuid is null or subject = ${subject ?? null})
    and (${id ?? null}::uuid is null or id = ${id ?? null})`
}
