import type { CostResult } from '../../flows/infra/cost.ts'
import { costComparisonView, costView } from './cost-view.ts'
import { infraSubject } from './infra-subject.ts'

/** The estimate, and what differs from a plan that was saved. */
export const infraCostView = (result: CostResult, width: number | null): string => {
  const { estimate, gate, comparison } = result
  const whole = costView(estimate, { subject: infraSubject(result), gate, width })
  return comparison === null ? whole : `${whole}\n\n${costComparisonView(comparison, width)}`
}
