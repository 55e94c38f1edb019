import { z } from 'zod'
import { serviceLevelObjectives } from '../../observability/objectives.ts'
import { type ServiceName, serviceNames } from '../../services/registry.ts'
import { fetchObjectives } from '../observability/fetch-objectives.ts'
import { findPrometheus, noPrometheus } from '../observability/find-prometheus.ts'
import type { WatchMeans } from './means.ts'

export type SloRequest = {
  /** Whose objectives; null: everybody's. */
  readonly only: readonly ServiceName[] | null
  readonly variables: Readonly<Record<string, string | undefined>>
}

export const sloReportSchema = z.object({
  schema: z.literal('shopctl.slo/1'),
  environment: z.string(),
  /** Where it was asked. */
  prometheus: z.string(),
  askedAt: z.iso.datetime(),
  /** Of what Prometheus asks of this environment, how many answer. */
  targets: z.object({ up: z.int(), total: z.int() }),
  objectives: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      service: z.enum(serviceNames),
      /** Shares of 1. */
      targetRatio: z.number(),
      windowDays: z.int(),
      /** Of the last five minutes; null where nothing was asked then. */
      nowRatio: z.number().nullable(),
      budget: z.object({
        /** Below 0 where more was spent than there was; null where nothing is known. */
        remainingRatio: z.number().nullable(),
        remainingMinutes: z.number().nullable(),
        totalMinutes: z.number(),
      }),
      /** 1 spends the budget exactly within the window. */
      burnRate: z.object({ oneHour: z.number().nullable(), sixHours: z.number().nullable() }),
      state: z.enum(['kept', 'spent', 'unknown']),
    }),
  ),
})

export type SloReport = z.infer<typeof sloReportSchema>

/** Every objective, and how much of its error budget is left. Changes nothing. */
export const slo = async ({ only, variables }: SloRequest, means: WatchMeans): Promise<SloReport> => {
  const { environment, platform, interrupted: signal } = means
  const found = await findPrometheus({ environment, platform, variables, signal })
  if (found === null) throw noPrometheus({ environment, platform: platform.name })
  const { prometheus, close } = found
  try {
    const namespace = platform.metricsNamespace
    const objectives = serviceLevelObjectives.filter(({ service }) => only === null || only.includes(service))
    const [standings, targets] = await Promise.all([
      fetchObjectives({ prometheus, namespace, objectives }),
      prometheus.query(`up{namespace=${JSON.stringify(namespace)}}`),
    ])
    return {
      schema: 'shopctl.slo/1',
      environment,
      prometheus: prometheus.url,
      askedAt: means.now().toISOString(),
      targets: { up: targets.filter(({ value }) => value === 1).length, total: targets.length },
      objectives: standings.map((standing) => ({ ...standing })),
    }
  } finally {
    await close()
  }
}

/**
 * What a look is worth: nothing known at all is unknown. As a check, a spent budget says no, and one of which nothing is
 * known leaves it open; neither is ever a yes.
 */
export const sloOutcome = ({ objectives }: SloReport, asked: 'look' | 'check'): 'done' | 'check-failed' | 'unknown' => {
  const has = (state: 'kept' | 'spent' | 'unknown') => objectives.some((objective) => objective.state === state)
  if (asked === 'look') return has('kept') || has('spent') ? 'done' : 'unknown'
  if (has('spent')) return 'check-failed'
  return has('unknown') ? 'unknown' : 'done'
}
