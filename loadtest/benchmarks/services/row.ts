import { z } from 'zod'

/** One line of results.json: what was measured, against what was promised. */
export const rowSchema = z.object({
  /** `X10.cached` */
  id: z.string(),
  what: z.string(),
  value: z.number(),
  unit: z.string(),
  /** `<=` or `>=` and the figure; null where nothing was promised. */
  target: z
    .string()
    .regex(/^(<=|>=) \d+(\.\d+)?$/)
    .nullable(),
  met: z.boolean(),
  /** Why it was missed, and what was tried; null where it was met. */
  reason: z.string().min(1).nullable(),
})
export type Row = z.infer<typeof rowSchema>

export const resultsSchema = z.object({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  date: z.iso.datetime(),
  machine: z.object({ cpus: z.int(), model: z.string(), memory_gib: z.number(), node: z.string(), load: z.number() }),
  /** CPU of a Hono hello in the same run. */
  baseline: z.object({ hello_microseconds: z.number() }),
  rows: z.array(rowSchema),
})
export type Results = z.infer<typeof resultsSchema>

/** Of each benchmark its last run: only figures of one run are compared. */
export const resultsFileSchema = z.object({
  services: resultsSchema,
  orders: resultsSchema.optional(),
  load: resultsSchema.optional(),
})
export type ResultsFile = z.infer<typeof resultsFileSchema>

/** What was measured, not judged yet. */
export type Measurement = Pick<Row, 'id' | 'what' | 'value' | 'unit'> & {
  readonly target: `${'<=' | '>='} ${number}` | null
}

/** Whether a figure keeps its target. */
export const isMet = ({ value, target }: Pick<Row, 'value' | 'target'>): boolean => {
  if (target === null) return true
  const figure = Number(target.slice(3))
  return target.startsWith('<=') ? value <= figure : value >= figure
}

/** Judged by its target; `reasons` says of each row that is known to miss why. */
export const judgedRow = (measured: Measurement, reasons: Readonly<Record<string, string>>): Row => {
  const met = isMet(measured)
  const reason = met ? null : (reasons[measured.id] ?? 'missed in this run; not looked into')
  return { ...measured, value: Math.round(measured.value * 1000) / 1000, met, reason }
}
