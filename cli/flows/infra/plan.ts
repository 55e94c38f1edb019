import { checkPlace } from './check-place.ts'
import { breaksPolicy } from './check-policy.ts'
import type { Against, InfraMeans } from './infra-means.ts'
import { beginInfra } from './infra-steps.ts'
import { makePlan } from './make-plan.ts'
import { type PlanDocument, planDocument } from './plan-document.ts'

export type PlanRequest = { readonly against: Against; readonly mode: 'normal' | 'destroy' }

export type PlanResult = {
  readonly document: PlanDocument
  /** `check-failed` where a policy or the budget says no, whatever else the plan brings. */
  readonly outcome: 'done' | 'changes' | 'check-failed'
}

/** What an `up` (or a `down`) would do, judged. Saves the plan, takes no lock, changes nothing. */
export const plan = async (request: PlanRequest, means: InfraMeans): Promise<PlanResult> => {
  const steps = beginInfra('infra plan', means)
  await steps.ask('tools', () => checkPlace(request.against, means))
  const made = await makePlan({ ...request, lock: 'leave', file: null }, means, steps)
  const document = planDocument(made, request, means)
  if (request.mode === 'normal' && breaksPolicy(made)) return { document, outcome: 'check-failed' }
  return { document, outcome: made.verdict.outcome === 'unchanged' ? 'done' : 'changes' }
}
