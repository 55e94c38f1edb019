import { z } from 'zod'
import { outcomes } from './outcome.ts'

/** A histogram as encodeHistogram writes it. */
const histogramText = z.string().regex(/^[\w-]*$/)
const count = z.int().nonnegative()

/** What counts together: an endpoint within a scenario. `start` and `stop` are a user's coming and going. */
export const seriesSchema = z.object({
  scenario: z.string(),
  endpoint: z.string(),
  kind: z.enum(['step', 'start', 'stop']),
})
export type Series = z.infer<typeof seriesSchema>

export const seriesSecondSchema = seriesSchema.extend({
  /** Of the requests that ended in this second; an outcome that none had is left out. */
  outcomes: z.partialRecord(z.enum(outcomes), histogramText),
  /** Of those that failed. */
  reasons: z.record(z.string(), count),
  /** One of its requests waited throughout the second. */
  waited: z.boolean(),
})
export type SeriesSecond = z.infer<typeof seriesSecondSchema>

/** What the generator says of itself in one second. */
export const generatorSecondSchema = z.object({
  /** At the end of the second. */
  activeUsers: count,
  requestsInFlight: count,
  /** Requests sent off in it. */
  started: count,
  /** Users who came in it. */
  arrived: count,
  /** Arrivals that found the most users in flight already. */
  dropped: count,
  /** How late users' actions began. */
  lag: histogramText,
  /** How late a timer came that had nothing to do. */
  eventLoopDelay: histogramText,
  /** The part of the second in which the thread was not waiting; of several workers the most. */
  eventLoopUtilization: z.number().min(0).max(1),
  /** What steps threw that was no failed request: mistakes in the scenario. */
  stepErrors: z.record(z.string(), count),
})
export type GeneratorSecond = z.infer<typeof generatorSecondSchema>

/** A worker's second. */
export const snapshotSchema = z.object({
  version: z.literal(1),
  worker: z.string(),
  /** Of the run, from 0. */
  second: count,
  series: z.array(seriesSecondSchema),
  generator: generatorSecondSchema,
})
export type Snapshot = z.infer<typeof snapshotSchema>
