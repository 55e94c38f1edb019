import { z } from 'zod'
import { decodeHistogram } from '../engine/histogram/histogram-text.ts'
import type { Judgement } from '../engine/objectives/judgement.ts'
import { objectiveSchema } from '../engine/objectives/objective.ts'
import { type RunResult, runResultSchema } from '../engine/result/run-result.ts'

export const judgementSchema: z.ZodType<Judgement> = z.object({
  objective: objectiveSchema,
  verdict: z.enum(['met', 'missed', 'unknown']),
  value: z.number().nullable(),
  because: z.string(),
})

/** A run as `loadtest run` keeps it: what was asked of which release, what came out and what that is worth. */
export const keptRunSchema = z.object({
  version: z.literal(1),
  environment: z.string().min(1),
  /** What users were on; null where nothing of shopctl is known to run there. */
  release: z.object({ number: z.int().positive(), commit: z.string().nullable() }).nullable(),
  result: runResultSchema,
  judgements: z.array(judgementSchema),
})
export type KeptRun = z.infer<typeof keptRunSchema>

/** Its message ends the sentence "the file is no run because …". */
export class UnreadableRun extends Error {
  override readonly name = 'UnreadableRun'
}

const versioned = z.object({ version: z.unknown() })

/** Throws an UnreadableRun where the text is no run, or one that another version of shopctl wrote. */
export const parseKeptRun = (text: string): KeptRun => {
  const value = parseJson(text)
  const version = versioned.safeParse(value)
  if (!version.success || version.data.version === undefined) throw new UnreadableRun('it does not say its version')
  if (version.data.version !== 1) {
    throw new UnreadableRun(`it is of version ${JSON.stringify(version.data.version)}, and only version 1 is known`)
  }
  const parsed = keptRunSchema.safeParse(value)
  if (!parsed.success) throw new UnreadableRun(firstIssue(parsed.error), { cause: parsed.error })
  refuseBrokenHistograms(parsed.data.result)
  return parsed.data
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UnreadableRun('it is not JSON', { cause })
  }
}

const firstIssue = (error: z.ZodError): string => {
  const [issue] = error.issues
  if (issue === undefined) return 'it has another form'
  return `${issue.path.join('.') || 'the document'} is wrong: ${issue.message}`
}

/** Read here once, so that whoever plots or compares a run meets no surprise. */
const refuseBrokenHistograms = ({ series, windows }: RunResult): void => {
  try {
    for (const one of [...series, ...windows.flatMap((window) => window.series)]) {
      for (const histogram of Object.values(one.outcomes)) decodeHistogram(histogram)
    }
    for (const { generator } of windows) {
      decodeHistogram(generator.lag)
      decodeHistogram(generator.eventLoopDelay)
    }
  } catch (cause) {
    throw new UnreadableRun(cause instanceof RangeError ? cause.message : 'a histogram cannot be read', { cause })
  }
}
