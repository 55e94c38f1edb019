import type { CostResult } from '../../flows/infra/cost.ts'
import { costComparisonView, costView } from './cost-view.ts'

/** The estimate, and what differs from a plan that was saved. */
export const infraCostView = (
  { estimate, gate, comparison, environment, stack, installation }: CostResult,
  width: number | null,
): string => {
  const subject = environment === installation ? stack : `${environment}, which stands on ${stack}`
  const whole = costView(estimate, { subject, gate, width })
  return comparison === null ? whole : `${whole}\n\n${costComparisonView(comparison, width)}`
}
