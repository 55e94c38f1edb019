import { z } from 'zod'

/** What travels: written with the outbox row, never changed afterwards (acceptance: events.md). */
export const envelopeSchema = z.object({
  /** UUID v7; by it an event is known again. */
  id: z.uuid(),
  /** `noun.past_tense.vN` */
  type: z.string().regex(/^[a-z_]{1,40}\.[a-z_]{1,40}\.v[1-9][0-9]?$/),
  /** Long name of the service that tells it. */
  source: z.string().min(1),
  time: z.iso.datetime(),
  /** Id of the aggregate. */
  subject: z.uuid(),
  /** 1, 2, 3 … for each subject, without a gap. */
  aggregate_version: z.int().min(1),
  request_id: z.string(),
  traceparent: z.string().exactOptional(),
  data: z.record(z.string(), z.unknown()),
  /** Only where it is sent again to one consumer: the others pass it over. Not of the stored envelope. */
  consumer: z.string().exactOptional(),
})

export type Envelope = z.output<typeof envelopeSchema>
