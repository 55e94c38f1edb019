import type { InstallationFacts } from '../../../stacks/installations.ts'
import { type StackReference, stackName } from '../../../stacks/stack-reference.ts'
import { usageOf } from '../../../stacks/usage.ts'
import { stackWaivers } from '../../../stacks/waivers.ts'
import { costEstimate } from '../../infrastructure/cost/cost-estimate.ts'
import { prices } from '../../infrastructure/cost/prices.ts'
import { driftReport } from '../../infrastructure/drift/drift-report.ts'
import { confirmationGate } from '../../infrastructure/plan/confirmation-gate.ts'
import { parsePlan } from '../../infrastructure/plan/parse-plan.ts'
import { planGate } from '../../infrastructure/plan/plan-gate.ts'
import { planVerdict } from '../../infrastructure/plan/plan-verdict.ts'
import { parseStackCode } from '../../infrastructure/plan/stack-code.ts'
import type { PlanJudges } from './infra-means.ts'
import { standsUnderProduction } from './wanted-answer.ts'

type Question = {
  readonly environment: string
  readonly installation: InstallationFacts
  readonly stack: StackReference
  /** What was typed, without --allow-destroy: for the command that allows what is refused. */
  readonly command: string
  readonly today: Date
  /** USD a month. */
  readonly budget: number
}

/** The judges of the house: its waivers, its prices, its expected usage, and the day that it is. */
export const planJudges = ({ installation, stack, today, budget, ...typed }: Question): PlanJudges => ({
  verdict: ({ plan, code }) =>
    planVerdict(parsePlan(plan), {
      waivers: stackWaivers,
      stack: stackName(stack),
      today: today.toISOString().slice(0, 10),
      code: parseStackCode(code),
    }),
  gate: (verdict, { destroy }) => planGate(verdict, { allowDestroy: destroy, ...typed }),
  confirmationGate: (verdict, { destroy, confirmed }) =>
    confirmationGate(verdict, {
      allowDestroy: destroy,
      confirmed,
      protect: standsUnderProduction({ installation, stack }),
      ...typed,
    }),
  estimate: (plan) =>
    costEstimate(plan, { stack, installation, usage: usageOf[installation.name], prices, today, budget }),
  drift: ({ plan, code }) => driftReport(parsePlan(plan), parseStackCode(code)),
})
