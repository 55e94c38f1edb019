import { type Kysely, sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import type { OrdersTables } from '../schema.ts'

export type WebhookSource = 'simulated' | 'stripe' | 'paypal' | 'shipping'

export type ReceivedWebhook = {
  readonly provider: WebhookSource
  readonly eventId: string
  /** What it tells, in our words: never the body, which may name people. */
  readonly facts: unknown
  readonly state: 'received' | 'ignored'
  readonly cause: EventCause
}

/** Kept before it is answered. False where it was there already. */
export async function keepWebhook(database: Kysely<OrdersTables>, webhook: ReceivedWebhook): Promise<boolean> {
  const { provider, eventId, facts, state, cause } = webhook
  const { numAffectedRows } = await sql`
    insert into webhook_events (provider, event_id, facts, state, request_id, traceparent, ended_at)
    values (${provider}, ${eventId}, ${JSON.stringify(facts)}::jsonb, ${state}, ${cause.requestId},
      ${cause.traceparent ?? null}, ${state === 'ignored' ? sql`now()` : null})
    on conflict (provider, event_id) do nothing`.execute(database)
  return numAffectedRows === 1n
}

export type KeptWebhook = {
  readonly provider: WebhookSource
  readonly eventId: string
  readonly facts: unknown
  readonly attempts: number
  /** The request that brought it. */
  readonly cause: EventCause
}

/** The next one that is due, held until the end of the transaction; undefined where there is none. */
export async function takeWebhook(transaction: Transaction<OrdersTables>): Promise<KeptWebhook | undefined> {
  const { rows } = await sql<Omit<KeptWebhook, 'cause'> & { requestId: string; traceparent: string | null }>`
    select provider, event_id as "eventId", facts, attempts, request_id as "requestId", traceparent
    from webhook_events
    where state = 'received' and next_run_at <= now()
    order by next_run_at limit 1
    for update skip locked`.execute(transaction)
  return rows.map(({ requestId, traceparent, ...webhook }) => ({
    ...webhook,
    cause: { requestId, traceparent: traceparent ?? undefined },
  }))[0]
}

/** One try of it: of two processes that both saw it fail, one counts. */
type Try = Pick<KeptWebhook, 'provider' | 'eventId' | 'attempts'>

const stillThatTry = ({ provider, eventId, attempts }: Try) =>
  sql`provider = ${provider} and event_id = ${eventId} and state = 'received' and attempts = ${attempts}`

/** False where another process has told of this try. */
export async function endWebhook(
  transaction: Transaction<OrdersTables>,
  webhook: Try,
  { state, error = null }: { readonly state: 'applied' | 'parked'; readonly error?: string | null },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update webhook_events set state = ${state}, ended_at = now(), attempts = attempts + 1,
      last_error = left(${error}, 300)
    where ${stillThatTry(webhook)}`.execute(transaction)
  return numAffectedRows === 1n
}

export async function delayWebhook(
  database: Kysely<OrdersTables> | Transaction<OrdersTables>,
  webhook: Try,
  { seconds, error }: { readonly seconds: number; readonly error: string },
): Promise<void> {
  await sql`
    update webhook_events set attempts = attempts + 1, next_run_at = now() + make_interval(secs => ${seconds}),
      last_error = left(${error}, 300)
    where ${stillThatTry(webhook)}`.execute(database)
}
