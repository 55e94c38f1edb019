import type { Kysely, Transaction } from 'kysely'
import { runCaused } from '../../kit/caused-work.ts'
import { errorText } from '../../kit/database-faults.ts'
import type { Logger } from '../../kit/logging.ts'
import { type RepeatingUntilDrained, repeatUntilDrained } from '../../kit/repeat-until-drained.ts'
import type { Tracing } from '../../kit/trace-span.ts'
import type { OrdersTables } from '../schema.ts'
import { delayWebhook, endWebhook, type KeptWebhook, takeWebhook, type WebhookSource } from './webhook-store.ts'

export type AppliedWebhook =
  | 'applied'
  /** It was known. */
  | 'unchanged'
  /** What it tells of is not there yet. */
  | { readonly later: string }
  /** Applied; metrics and the log hear of it once it is committed. */
  | { readonly tell: () => void }

/** It writes in the given transaction only. */
export type ApplyWebhook = (transaction: Transaction<OrdersTables>, webhook: KeptWebhook) => Promise<AppliedWebhook>

export type WebhookParts = {
  readonly database: Kysely<OrdersTables>
  readonly logger: Logger
  readonly tracing?: Tracing | undefined
  readonly apply: Readonly<Record<WebhookSource, ApplyWebhook>>
  onParked(webhook: KeptWebhook): void
  /** What it was applied to may have something to go on with. */
  wake(): void
}

/** After the first try: eight more over a day. The first come soon, for a webhook may be faster than our own answer. */
const delaysSeconds = [1, 5, 30, 300, 1_800, 7_200, 21_600, 54_000] as const
const everyMilliseconds = 1_000
/** Each is one transaction, which nothing has to interrupt. */
const finishMilliseconds = 6_000

/** Works off what was kept, in the order of its time, in every process. */
export function applyWebhooks(parts: WebhookParts): RepeatingUntilDrained {
  return repeatUntilDrained({
    task: 'applying webhooks',
    everyMilliseconds,
    finishMilliseconds,
    logger: parts.logger,
    run: async () => ((await applyNext(parts)) ? 'again' : 'wait'),
  })
}

/** False where none was due. */
export async function applyNext(parts: WebhookParts): Promise<boolean> {
  let taken: KeptWebhook | undefined
  let tell = nothing
  try {
    tell = await parts.database.transaction().execute(async (transaction) => {
      taken = await takeWebhook(transaction)
      return taken === undefined ? nothing : applyTaken(transaction, parts, taken)
    })
  } catch (error) {
    if (taken === undefined) throw error
    const { provider, eventId, attempts, cause } = taken
    parts.logger.warn({ error, provider, event_id: eventId, attempts, request_id: cause.requestId }, 'a webhook failed')
    const webhook = taken
    const message = errorText(error)
    tell = await parts.database
      .transaction()
      .execute((transaction) => delayOrPark(transaction, parts, { webhook, error: message }))
  }
  tell()
  return taken !== undefined
}

/** What is to be done once it is committed. */
type Telling = () => void
const nothing: Telling = () => undefined

async function applyTaken(
  transaction: Transaction<OrdersTables>,
  parts: WebhookParts,
  webhook: KeptWebhook,
): Promise<Telling> {
  const outcome = await applyOne(transaction, parts, webhook)
  if (typeof outcome === 'object' && 'later' in outcome) {
    return delayOrPark(transaction, parts, { webhook, error: outcome.later })
  }
  await endWebhook(transaction, webhook, { state: 'applied' })
  if (outcome === 'unchanged') return nothing
  return () => {
    if (typeof outcome === 'object') outcome.tell()
    parts.wake()
  }
}

function applyOne(transaction: Transaction<OrdersTables>, { tracing, apply }: WebhookParts, webhook: KeptWebhook) {
  const { provider, cause } = webhook
  return runCaused(tracing, { name: `webhook ${provider}`, cause }, () => apply[provider](transaction, webhook))
}

type Failed = { readonly webhook: KeptWebhook; readonly error: string }

async function delayOrPark(
  transaction: Transaction<OrdersTables>,
  parts: WebhookParts,
  { webhook, error }: Failed,
): Promise<Telling> {
  const seconds = delaysSeconds[webhook.attempts]
  if (seconds !== undefined) {
    await delayWebhook(transaction, webhook, { seconds, error })
    return nothing
  }
  if (!(await endWebhook(transaction, webhook, { state: 'parked', error }))) return nothing
  const { provider, eventId: event_id, cause } = webhook
  return () => {
    parts.logger.error(
      { provider, event_id, request_id: cause.requestId, reason: error },
      'a webhook is parked: somebody has to look at it',
    )
    parts.onParked(webhook)
  }
}
