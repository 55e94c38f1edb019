import type { ServiceLevelObjective } from '../../observability/objectives.ts'
import type { Prometheus } from '../prometheus/open-prometheus.ts'
import { type ObjectiveStanding, objectiveStanding } from './objective-standing.ts'

export type ObjectivesRequest = {
  readonly prometheus: Pick<Prometheus, 'query'>
  readonly namespace: string
  readonly objectives: readonly ServiceLevelObjective[]
}

/** By the objective's id. Where two series say the same name, as two Prometheus' might, neither is believed. */
const bySlo = async (name: string, { prometheus, namespace }: ObjectivesRequest) => {
  const samples = await prometheus.query(`${name}{namespace=${JSON.stringify(namespace)}}`)
  return (id: string): number | null => {
    const own = samples.filter(({ labels }) => labels.slo === id)
    return own.length === 1 ? (own[0]?.value ?? null) : null
  }
}

/** Each objective as the recording rules know it now. */
export const fetchObjectives = async (request: ObjectivesRequest): Promise<readonly ObjectiveStanding[]> => {
  const [fiveMinutes, oneHour, sixHours, budget] = await Promise.all([
    bySlo('slo:sli_error:ratio_rate5m', request),
    bySlo('slo:sli_error:ratio_rate1h', request),
    bySlo('slo:sli_error:ratio_rate6h', request),
    bySlo('slo:error_budget:remaining_ratio', request),
  ])
  return request.objectives.map((objective) =>
    objectiveStanding(objective, {
      errorRatio5m: fiveMinutes(objective.id),
      errorRatio1h: oneHour(objective.id),
      errorRatio6h: sixHours(objective.id),
      budgetRemaining: budget(objective.id),
    }),
  )
}
