import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import type { ActionBy } from '../outbox/event-action.ts'

/** An event that a consumer gave up. */
export type DeadEvent = {
  readonly consumer: string
  readonly event_id: string
  readonly type: string
  readonly subject: string
  readonly attempts: number
  readonly last_error: string
  readonly parked_at: Date
  readonly replayed_at: Date | null
  readonly dropped_at: Date | null
  readonly drop_reason: string | null
}

/** All that are named must fit. */
export type DeadEventsWanted = {
  readonly consumer?: string | undefined
  readonly eventId?: string | undefined
  readonly type?: string | undefined
}

/** What one of several consumers was told to do with one event. */
export type DeadEventHandled = { readonly consumer: string; readonly event_id: string }

const columns = sql`consumer, event_id, envelope->>'type' as type, envelope->>'subject' as subject, attempts,
  last_error, parked_at, replayed_at, dropped_at, drop_reason`

/** The oldest first; those that are handled already only where `handled` asks for them. */
export async function listDeadEvents(
  database: QueryExecutorProvider,
  wanted: DeadEventsWanted & { readonly handled?: 'left-out' | 'included'; readonly limit?: number } = {},
): Promise<readonly DeadEvent[]> {
  const { handled = 'left-out', limit = 100 } = wanted
  const { rows } = await sql<DeadEvent>`
    select ${columns} from dead_events
    where ${fits(wanted)} and ${handled === 'included' ? sql`true` : isOpen}
    order by parked_at, consumer, event_id
    limit ${limit}`.execute(database)
  return rows
}

/** One event with all that it says, once for each consumer that gave it up; empty where none did. */
export async function showDeadEvent(
  database: QueryExecutorProvider,
  wanted: { readonly eventId: string; readonly consumer?: string | undefined },
): Promise<readonly (DeadEvent & { readonly envelope: unknown })[]> {
  const { rows } = await sql<DeadEvent & { envelope: unknown }>`
    select ${columns}, envelope from dead_events where ${fits(wanted)} order by consumer`.execute(database)
  return rows
}

/**
 * Gives them back to their consumers, which come to them within a second of running: with the same id, so that what
 * took effect already has none again, and with all attempts before them. Returns those that were still open.
 */
export async function replayDeadEvents(
  database: QueryExecutorProvider,
  wanted: DeadEventsWanted,
  by: ActionBy,
): Promise<readonly DeadEventHandled[]> {
  const { rows } = await sql<DeadEventHandled>`
    with replayed as (
      update dead_events set replayed_at = now() where ${fits(wanted)} and ${isOpen}
      returning consumer, event_id, envelope, last_error
    ), given_back as (
      insert into event_attempts (consumer, event_id, envelope, attempts, next_attempt_at, last_error)
      select consumer, event_id, envelope, 0, now(), last_error from replayed
      on conflict (consumer, event_id) do nothing
    )
    insert into event_actions (actor, action, consumer, event_id, reason)
    select ${by.actor}, 'dead.replay', consumer, event_id, ${by.reason ?? null} from replayed
    returning consumer, event_id`.execute(database)
  return rows
}

/** They never take effect. Returns those that were still open. */
export async function dropDeadEvents(
  database: QueryExecutorProvider,
  wanted: { readonly eventId: string; readonly consumer?: string | undefined },
  by: ActionBy & { readonly reason: string },
): Promise<readonly DeadEventHandled[]> {
  const { rows } = await sql<DeadEventHandled>`
    with dropped as (
      update dead_events set dropped_at = now(), drop_reason = ${by.reason} where ${fits(wanted)} and ${isOpen}
      returning consumer, event_id
    )
    insert into event_actions (actor, action, consumer, event_id, reason)
    select ${by.actor}, 'dead.drop', consumer, event_id, ${by.reason} from dropped
    returning consumer, event_id`.execute(database)
  return rows
}

const isOpen = sql<boolean>`replayed_at is null and dropped_at is null`

function fits({ consumer, eventId, type }: DeadEventsWanted): RawBuilder<boolean> {
  return sql`(${consumer ?? null}::text is null or consumer = ${consumer ?? null})
    and (${eventId ?? null}::uuid is null or event_id = ${eventId ?? null})
    and (${type ?? null}::text is null or envelope->>'type' = ${type ?? null})`
}
