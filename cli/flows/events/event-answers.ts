import { z } from 'zod'

/** What services answer about their events, in this program's names. */

const outboxFields = {
  id: z.string(),
  type: z.string(),
  subject: z.string(),
  aggregate_version: z.int(),
  state: z.enum(['published', 'unpublished', 'refused']),
  created_at: z.string(),
  published_at: z.string().nullable(),
  refused_at: z.string().nullable(),
}
const outboxRow = z.object(outboxFields)

export type StoredEvent = {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly version: number
  /** `refused`: the bus does not take it; its relay tries now and then. */
  readonly state: 'published' | 'unpublished' | 'refused'
  readonly createdAt: string
  readonly publishedAt: string | null
  readonly refusedAt: string | null
}

const storedEvent = (row: z.output<typeof outboxRow>): StoredEvent => ({
  id: row.id,
  type: row.type,
  subject: row.subject,
  version: row.aggregate_version,
  state: row.state,
  createdAt: row.created_at,
  publishedAt: row.published_at,
  refusedAt: row.refused_at,
})

export const eventsAnswer = z.object({ events: z.array(outboxRow.transform(storedEvent)), more: z.boolean() })

export const eventAnswer = z.object({
  event: z
    .object({ ...outboxFields, envelope: z.unknown() })
    .transform(({ envelope, ...row }) => ({ ...storedEvent(row), envelope }))
    .nullable(),
})

export const replayedAnswer = z.object({ replayed: z.int() })

export const consumersAnswer = z.object({ consumers: z.array(z.string()) })

const deadFields = {
  consumer: z.string(),
  event_id: z.string(),
  type: z.string(),
  subject: z.string(),
  attempts: z.int(),
  last_error: z.string(),
  parked_at: z.string(),
  replayed_at: z.string().nullable(),
  dropped_at: z.string().nullable(),
  drop_reason: z.string().nullable(),
}
const deadRow = z.object(deadFields)

export type DeadEvent = {
  readonly id: string
  readonly consumer: string
  readonly type: string
  readonly subject: string
  readonly attempts: number
  readonly lastError: string
  readonly parkedAt: string
  readonly replayedAt: string | null
  readonly droppedAt: string | null
  readonly dropReason: string | null
}

const deadEvent = (row: z.output<typeof deadRow>): DeadEvent => ({
  id: row.event_id,
  consumer: row.consumer,
  type: row.type,
  subject: row.subject,
  attempts: row.attempts,
  lastError: row.last_error,
  parkedAt: row.parked_at,
  replayedAt: row.replayed_at,
  droppedAt: row.dropped_at,
  dropReason: row.drop_reason,
})

export const deadEventsAnswer = z.object({ dead: z.array(deadRow.transform(deadEvent)) })

export const deadEventAnswer = z.object({
  dead: z.array(
    z
      .object({ ...deadFields, envelope: z.unknown() })
      .transform(({ envelope, ...row }) => ({ ...deadEvent(row), envelope })),
  ),
})

const handled = z.array(
  z
    .object({ consumer: z.string(), event_id: z.string() })
    .transform(({ consumer, event_id: id }) => ({ consumer, id })),
)
export const deadReplayedAnswer = z.object({ replayed: handled })
export const deadDroppedAnswer = z.object({ dropped: handled })
