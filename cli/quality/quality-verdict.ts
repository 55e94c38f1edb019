import { z } from 'zod'

/** The answer of api/qualitygates/project_status; WARN is told by servers before 7.6 only. */
export const projectStatusSchema = z.object({
  projectStatus: z.object({
    status: z.enum(['OK', 'WARN', 'ERROR', 'NONE']),
    conditions: z
      .array(
        z.object({
          status: z.enum(['OK', 'WARN', 'ERROR', 'NO_VALUE']),
          metricKey: z.string(),
          comparator: z.enum(['LT', 'GT', 'EQ', 'NE']),
          errorThreshold: z.string().optional(),
          actualValue: z.string().optional(),
        }),
      )
      .default([]),
  }),
})

export type QualityCondition = {
  readonly metric: string
  readonly state: 'met' | 'failed'
  /** As SonarQube measured it; null where there was nothing to measure. */
  readonly actual: string | null
  /** `at least 80`: what a value must be, which is the opposite of how SonarQube stores it. */
  readonly wanted: string | null
}

/** `none`: the project has no gate, so nobody has said yes. */
export type QualityVerdict = {
  readonly verdict: 'passed' | 'failed' | 'none'
  readonly conditions: readonly QualityCondition[]
}

/** The comparator says when a condition fails. */
const wantedWords = { LT: 'at least', GT: 'at most', EQ: 'not', NE: 'exactly' } as const
const verdicts = { OK: 'passed', WARN: 'passed', ERROR: 'failed', NONE: 'none' } as const

/** Failed conditions come first. */
export const qualityVerdict = ({ projectStatus }: z.infer<typeof projectStatusSchema>): QualityVerdict => {
  const conditions = projectStatus.conditions.map((condition): QualityCondition => {
    const { status, metricKey, comparator, errorThreshold, actualValue } = condition
    return {
      metric: metricKey,
      state: status === 'ERROR' ? 'failed' : 'met',
      actual: actualValue ?? null,
      wanted: errorThreshold === undefined ? null : `${wantedWords[comparator]} ${errorThreshold}`,
    }
  })
  const failed = conditions.filter(({ state }) => state === 'failed')
  const met = conditions.filter(({ state }) => state === 'met')
  return { verdict: verdicts[projectStatus.status], conditions: [...failed, ...met] }
}
