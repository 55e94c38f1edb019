import { stackName } from '../../../stacks/stack-reference.ts'
import { type CostComparison, comparePlans } from '../../infrastructure/cost/compare-plans.ts'
import { type CostGate, type CostLimits, costGate } from '../../infrastructure/cost/cost-gate.ts'
import type { CostEstimate } from '../../infrastructure/cost-estimate.ts'
import { checkPlace } from './check-place.ts'
import type { Against, InfraMeans } from './infra-means.ts'
import { beginInfra } from './infra-steps.ts'
import { openPlan } from './open-plan.ts'

export type CostRequest = {
  readonly against: Against
  readonly limits: CostLimits
  /** A plan that was saved before, to say what differs from it. */
  readonly comparedWith: string | null
}

export type CostResult = {
  readonly schema: 'shopctl.infra-cost/1'
  readonly environment: string
  readonly installation: string
  readonly stack: string
  readonly against: Against
  readonly estimate: CostEstimate
  readonly gate: CostGate
  readonly comparison: CostComparison | null
}

/** What a month costs with the source as it is, and what that changes. Plans, and changes nothing. */
export const cost = async (request: CostRequest, means: InfraMeans): Promise<CostResult> => {
  const { environment, installation, stack } = means
  const judges = means.judges(stack)
  const { against, limits, comparedWith } = request
  const steps = beginInfra('infra cost', means)
  await steps.ask('tools', () => checkPlace(against, means))
  const wanted = { against, mode: 'normal', lock: 'leave', file: null } as const
  const { terraform, saved } = await openPlan(wanted, means, steps)
  const estimate = judges.estimate(saved.json)
  const before = comparedWith === null ? null : await terraform.readPlan(comparedWith)
  return {
    schema: 'shopctl.infra-cost/1',
    environment: environment.name,
    installation: installation.name,
    stack: stackName(stack),
    against,
    estimate,
    gate: costGate(estimate, limits),
    comparison: before === null ? null : comparePlans(judges.estimate(before.json), estimate),
  }
}
