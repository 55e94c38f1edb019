import { type QueryExecutorProvider, sql } from 'kysely'
import { z } from 'zod'
import { type Envelope, envelopeSchema } from '../bus/envelope.ts'
import { errorText } from '../database-faults.ts'

/** What a consumer did not manage, with why. */
export type Failed = {
  readonly consumer: string
  readonly envelope: Envelope
  readonly attempts: number
  readonly error: unknown
}

export type DueEvent = {
  readonly consumer: string
  readonly envelope: Envelope
  /** With this one. */
  readonly attempts: number
  /** The process ended during the last attempt that it had. */
  readonly exhausted: boolean
}

/** Longer than any attempt takes: whoever claimed it and is not back by then has ended. */
const claimSeconds = 60

/**
 * Notes it as handled, first thing in the transaction of its effect; another one with the same event waits here for
 * the end of this one. False where it has been handled, or is kept for another attempt or for somebody to decide.
 */
export async function beginOnce(
  transaction: QueryExecutorProvider,
  { consumer, eventId }: { readonly consumer: string; readonly eventId: string },
): Promise<boolean> {
  const { rows } = await sql`
    insert into processed_events (consumer, event_id)
    select ${consumer}, ${eventId}::uuid
    where not exists (select from event_attempts where consumer = ${consumer} and event_id = ${eventId})
      and not exists (select from dead_events where consumer = ${consumer} and event_id = ${eventId})
    on conflict (consumer, event_id) do nothing
    returning event_id`.execute(transaction)
  return rows.length > 0
}

/** The same for an event that is kept for another attempt, which ends with that. */
export async function beginAgain(
  transaction: QueryExecutorProvider,
  { consumer, eventId }: { readonly consumer: string; readonly eventId: string },
): Promise<boolean> {
  const { rows } = await sql`
    with kept as (
      delete from event_attempts where consumer = ${consumer} and event_id = ${eventId} returning consumer, event_id
    )
    insert into processed_events (consumer, event_id) select consumer, event_id from kept
    on conflict (consumer, event_id) do nothing
    returning event_id`.execute(transaction)
  return rows.length > 0
}

/** Keeps it for another attempt after the first. From now on the bus may forget it. */
export async function putAside(
  database: QueryExecutorProvider,
  { consumer, envelope, attempts, error }: Failed,
  waitMilliseconds: number,
): Promise<void> {
  await sql`
    insert into event_attempts (consumer, event_id, envelope, attempts, next_attempt_at, last_error)
    select ${consumer}, ${envelope.id}::uuid, ${JSON.stringify(envelope)}::jsonb, ${attempts}::integer,
      ${inFuture(waitMilliseconds)}, ${shown(error)}
    where not exists (select from processed_events where consumer = ${consumer} and event_id = ${envelope.id})
    on conflict (consumer, event_id) do nothing`.execute(database)
}

/** One more wait for what is kept. */
export async function postpone(
  database: QueryExecutorProvider,
  { consumer, envelope, error }: Failed,
  waitMilliseconds: number,
): Promise<void> {
  await sql`
    update event_attempts set next_attempt_at = ${inFuture(waitMilliseconds)}, last_error = ${shown(error)}
    where consumer = ${consumer} and event_id = ${envelope.id}`.execute(database)
}

/** Gives it up until somebody decides. What somebody dropped, or what took effect, stays so. */
export async function park(database: QueryExecutorProvider, failed: Failed): Promise<void> {
  const { consumer, envelope, attempts, error } = failed
  await sql`
    with gone as (
      delete from event_attempts where consumer = ${consumer} and event_id = ${envelope.id}
    )
    insert into dead_events as dead (consumer, event_id, envelope, attempts, last_error)
    select ${consumer}, ${envelope.id}::uuid, ${JSON.stringify(envelope)}::jsonb, ${attempts}::integer, ${shown(error)}
    where not exists (select from processed_events where consumer = ${consumer} and event_id = ${envelope.id})
    on conflict (consumer, event_id) do update
      set attempts = excluded.attempts, last_error = excluded.last_error, parked_at = now(), replayed_at = null
      where dead.replayed_at is not null`.execute(database)
}

const dueSchema = z.array(z.object({ consumer: z.string(), envelope: envelopeSchema, attempts: z.int() }))

/** Takes events whose time has come. The attempt counts from now, so that one which ends the process counts too. */
export async function claimDue(
  database: QueryExecutorProvider,
  wanted: { readonly consumers: readonly string[]; readonly attemptsAtMost: number; readonly eventsAtOnce: number },
): Promise<readonly DueEvent[]> {
  const { consumers, attemptsAtMost, eventsAtOnce } = wanted
  const { rows } = await sql`
    with due as (
      select consumer, event_id, attempts from event_attempts
      where consumer = any(${consumers}) and next_attempt_at <= now()
      order by next_attempt_at limit ${eventsAtOnce}
      for update skip locked
    )
    update event_attempts kept
    set attempts = least(kept.attempts + 1, ${attemptsAtMost}),
      next_attempt_at = now() + make_interval(secs => ${claimSeconds})
    from due where kept.consumer = due.consumer and kept.event_id = due.event_id
    returning kept.consumer, kept.envelope, due.attempts`.execute(database)
  return dueSchema.parse(rows).map(({ consumer, envelope, attempts }) => ({
    consumer,
    envelope,
    attempts: Math.min(attempts + 1, attemptsAtMost),
    exhausted: attempts >= attemptsAtMost,
  }))
}

const inFuture = (milliseconds: number) => sql`now() + make_interval(secs => ${milliseconds / 1_000})`

function shown(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${errorText(error)}` : String(error)
  return text.replaceAll('\0', '').slice(0, 1_000)
}
