import { stackName } from '../../../stacks/stack-reference.ts'
import type { CostEstimate } from '../../infrastructure/cost-estimate.ts'
import { checkPlace } from './check-place.ts'
import type { Against, InfraMeans } from './infra-means.ts'
import { beginInfra } from './infra-steps.ts'
import { makePlan } from './make-plan.ts'

export type CostResult = {
  readonly schema: 'shopctl.infra-cost/1'
  readonly environment: string
  readonly installation: string
  readonly stack: string
  readonly against: Against
  readonly estimate: CostEstimate
}

/** What a month costs with the source as it is, and what that changes. Plans and changes nothing. */
export const cost = async (request: { readonly against: Against }, means: InfraMeans): Promise<CostResult> => {
  const { environment, installation, stack } = means
  const { against } = request
  const steps = beginInfra('infra cost', means)
  await steps.ask('tools', () => checkPlace(against, means))
  const wanted = { against, mode: 'normal', lock: 'leave', file: null } as const
  const { cost: estimate } = await makePlan(wanted, { ...means, scan: async () => null }, steps)
  return {
    schema: 'shopctl.infra-cost/1',
    environment: environment.name,
    installation: installation.name,
    stack: stackName(stack),
    against,
    estimate,
  }
}
