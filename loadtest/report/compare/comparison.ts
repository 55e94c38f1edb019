import { z } from 'zod'
import { scopeSchema } from '../../engine/result/scope.ts'

export const rowVerdicts = [
  'faster',
  'slower',
  'fewer errors',
  'more errors',
  'no difference that can be told',
  'not comparable',
] as const

const changeSchema = z.object({ value: z.number(), low: z.number(), high: z.number() })

const comparedFigureSchema = z.object({
  scope: scopeSchema,
  measure: z.enum(['p50Milliseconds', 'p95Milliseconds', 'p99Milliseconds', 'errorShare', 'requestsPerSecond']),
  /** At full load; null where there is none. */
  before: z.number().nullable(),
  after: z.number().nullable(),
  /** Shares of the figure before, of errors the difference of the two shares. Null where nothing can be compared. */
  change: changeSchema.nullable(),
  verdict: z.enum(rowVerdicts),
  /** Worse, beyond noise and beyond the tolerance: what the exit code says. */
  isWorseThanTolerated: z.boolean(),
  /** Of this interval alone. */
  confidence: z.number(),
  /** Why it is not comparable; null where it is. */
  because: z.string().nullable(),
})
export type ComparedFigure = z.infer<typeof comparedFigureSchema>

export const comparisonVerdicts = [
  'worse',
  'worse within tolerance',
  'better',
  'no difference that can be told',
  'not comparable',
] as const

/** Two runs of one profile, figure by figure. */
export const comparisonSchema = z.object({
  version: z.literal(1),
  verdict: z.enum(comparisonVerdicts),
  /** Of the figure before. */
  tolerance: z.number().nonnegative(),
  /** That none of all intervals misses the truth. */
  confidence: z.number(),
  /** Of the full load that were compared, of each run. */
  seconds: z.object({ before: z.number(), after: z.number() }),
  /** What a reader has to know. */
  notes: z.array(z.string()),
  figures: z.array(comparedFigureSchema),
})
export type Comparison = z.infer<typeof comparisonSchema>
