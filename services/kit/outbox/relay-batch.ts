import type pg from 'pg'
import { z } from 'zod'
import { BusUnavailable, EnvelopeRefused, type EventBus } from '../bus/bus.ts'
import { type Envelope, envelopeSchema } from '../bus/envelope.ts'
import { failpoint } from '../failpoints.ts'
import { withinTime } from '../within-time.ts'
import { relayLock } from './relay-names.ts'

export type RelayBatch = {
  readonly outcome: 'more' | 'done' | 'elsewhere'
  readonly published: readonly Envelope[]
  readonly refused: readonly Refusal[]
}

export type Refusal = { readonly id: string; readonly type: string; readonly reason: Error }

export type BatchParts = {
  readonly bus: Pick<EventBus, 'publish'>
  readonly rowsAtOnce: number
  /** Called around what is sent, for its spans. */
  aroundPublish(envelopes: readonly Envelope[], publish: () => Promise<void>): Promise<void>
}

/** Below the session's own limit in a transaction, so that the bus is seen to be late before the lock is lost. */
const publishMilliseconds = 8_000
const tooLate = () => new BusUnavailable(`the bus has not confirmed within ${publishMilliseconds} ms`)
/** Somebody has to look at it. Then a release that knows better sends it by itself. */
const refusedAgainMinutes = 10

const rowSchema = z.object({ id: z.uuid(), type: z.string(), envelope: z.unknown(), replay_for: z.string().nullable() })
const rowsSchema = z.array(rowSchema)
type Row = z.output<typeof rowSchema>

/**
 * Sends what has not been sent, in the order of `seq`, and marks it when the bus has confirmed. The bus is asked inside
 * the transaction on purpose: the transaction is the turn. A relay that hangs loses it with its session after 10 s, and
 * what it has sent without marking is sent again.
 */
export async function relayBatch(client: pg.Client, parts: BatchParts): Promise<RelayBatch> {
  await client.query('begin')
  try {
    const batch = await relayInTurn(client, parts)
    await client.query('commit')
    return batch
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

async function relayInTurn(client: pg.Client, parts: BatchParts): Promise<RelayBatch> {
  const turn = await client.query('select pg_try_advisory_xact_lock($1) as held', [relayLock])
  if (turn.rows[0]?.held !== true) return { outcome: 'elsewhere', published: [], refused: [] }
  // A statement of its own: it must see what the one before has marked. By `published_at`, not from a last `seq` on: a
  // number is given out before its transaction commits, and may come to light after later ones.
  const { rows } = await client.query(
    `select id, type, envelope, replay_for from outbox_events
     where published_at is null and (refused_at is null or refused_at < now() - make_interval(mins => $1))
     order by seq limit $2`,
    [refusedAgainMinutes, parts.rowsAtOnce],
  )
  const taken = rowsSchema.parse(rows)
  if (taken.length === 0) return { outcome: 'done', published: [], refused: [] }
  const sent = await withinTime(publishTaken(taken, parts), publishMilliseconds, tooLate)
  await failpoint('relay.batch.published')
  await mark(client, sent)
  return { outcome: taken.length === parts.rowsAtOnce ? 'more' : 'done', ...sent }
}

type Sent = Pick<RelayBatch, 'published' | 'refused'>

/** Without the one that is refused the others go; their order among themselves stays. */
async function publishTaken(rows: readonly Row[], parts: BatchParts): Promise<Sent> {
  const refused: Refusal[] = []
  const readable: Envelope[] = []
  for (const { id, type, envelope, replay_for } of rows) {
    const read = envelopeSchema.safeParse(envelope)
    if (read.success) readable.push(replay_for === null ? read.data : { ...read.data, consumer: replay_for })
    else refused.push({ id, type, reason: read.error })
  }
  let left: readonly Envelope[] = readable
  while (left.length > 0) {
    const reason = await refusalOf(left, parts)
    if (reason === null) break
    const { id, type } = reason.envelope
    const others = left.filter((envelope) => envelope.id !== id)
    if (others.length === left.length)
      throw new Error('the bus refuses an event that it was not given', { cause: reason })
    refused.push({ id, type, reason })
    left = others
  }
  return { published: left, refused }
}

async function refusalOf(
  envelopes: readonly Envelope[],
  { bus, aroundPublish }: BatchParts,
): Promise<EnvelopeRefused | null> {
  try {
    await aroundPublish(envelopes, () => bus.publish(envelopes))
    return null
  } catch (error) {
    if (error instanceof EnvelopeRefused) return error
    throw error
  }
}

async function mark(client: pg.Client, { published, refused }: Sent): Promise<void> {
  await client.query(
    `update outbox_events
     set published_at = case when id = any($1) then clock_timestamp() end,
       refused_at = case when id = any($2) then clock_timestamp() end,
       replay_requested_at = null, replay_for = null
     where id = any($1) or id = any($2)`,
    [published.map(({ id }) => id), refused.map(({ id }) => id)],
  )
}
