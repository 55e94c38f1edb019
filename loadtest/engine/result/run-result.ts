import { z } from 'zod'
import { profileSchema } from '../profile/profile.ts'
import { seriesSecondSchema } from '../record/snapshot.ts'
import { scopeSchema, scopeText } from './scope.ts'
import { summarySchema } from './summary.ts'
import { windowSchema } from './window.ts'

const count = z.number().int().nonnegative()
const share = z.number().min(0).max(1)

const countsSchema = z.object({ ok: count, failed: count, timed_out: count, cancelled: count })
export type Counts = z.infer<typeof countsSchema>

/** Of all steps, of a scenario, or of an endpoint. */
export const figuresSchema = z.object({
  scope: scopeSchema,
  counts: countsSchema,
  /** Of what ended ok or timed out: failing fast flatters nothing, and running out of time hides nothing. */
  latency: summarySchema,
  /** Closed model: with those that were not sent while one was waited for. */
  corrected: summarySchema.nullable(),
  /** Failed and timed out by all that ended and was not cancelled; null where there was none. */
  errorShare: share.nullable(),
  /** Ok, at full load; null where the run never came there. */
  requestsPerSecond: z.number().nonnegative().nullable(),
  /** Seconds with a success by seconds in which something was asked; null where nothing was. */
  availability: share.nullable(),
  reasons: z.record(z.string(), count),
})
export type Figures = z.infer<typeof figuresSchema>

/** A run as it is kept and compared. */
export const runResultSchema = z.object({
  version: z.literal(1),
  target: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  profile: profileSchema,
  scenarios: z.array(z.object({ name: z.string(), weight: z.number(), steps: z.array(z.string()) })),
  workers: z.int().positive(),
  /** Stopped before its time: by an interrupt, or because a worker died. */
  partial: z.boolean(),
  verdict: z.object({ valid: z.boolean(), reasons: z.array(z.string()) }),
  /** What a reader has to know, though the run is valid. */
  notes: z.array(z.string()),
  /** Every request once, those of users' coming and going too: started is the sum of the others. */
  totals: countsSchema.extend({ started: count, arrived: count, dropped: count, usersNotCleanedUp: count }),
  figures: z.array(figuresSchema),
  /** Expected interval between two requests of a user, by which the closed model is corrected. */
  expectedIntervalSeconds: z.number().nonnegative().nullable(),
  generator: z.object({
    lag: summarySchema,
    eventLoopDelay: summarySchema,
    eventLoopUtilization: share,
    /** Seconds whose p99 of lag is above the limit. */
    lateSeconds: count,
    stepErrors: z.record(z.string(), count),
  }),
  /** Of the whole run; histograms as decodeHistogram reads them. */
  series: z.array(seriesSecondSchema),
  windows: z.array(windowSchema),
})
export type RunResult = z.infer<typeof runResultSchema>

/** Throws a ZodError where it is no result, or one of another version. */
export const parseRunResult = (text: string): RunResult => runResultSchema.parse(JSON.parse(text))

/** Undefined where the run has no such endpoint or scenario. */
export const figuresOf = (result: RunResult, scope: Figures['scope']): Figures | undefined =>
  result.figures.find((figures) => scopeText(figures.scope) === scopeText(scope))
