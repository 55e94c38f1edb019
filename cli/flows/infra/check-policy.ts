import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { costFailure, costGate } from '../../infrastructure/cost/cost-gate.ts'
import type { PlanVerdict } from '../../infrastructure/plan-verdict.ts'
import type { InfraMeans } from './infra-means.ts'
import { stackInWords } from './infra-steps.ts'
import type { MadePlan } from './make-plan.ts'

const worstShown = 3

/** The scanner's own no; ours are in the gate. */
const scanRefusal = ({ scan }: MadePlan, means: InfraMeans): ShopctlError | null => {
  if (scan === null || scan === 'not-asked' || scan.verdict === 'passed') return null
  const blocking = scan.findings.filter(({ judgement }) => judgement === 'blocks')
  return new ShopctlError({
    code: 'POLICY',
    outcome: 'check-failed',
    what: `The configuration of ${stackInWords(means)} has ${blocking.length} findings that block; nothing was changed.`,
    why: blocking.slice(0, worstShown).map(({ rule, what, where }) => `${rule} ${where}: ${what}`),
    fix: [toType('scan config'), toType(`infra plan --env ${means.environment.name}`)],
  })
}

export type Allowed = { readonly destroy: readonly string[]; readonly cost: string | null }

const budgetRefusal = ({ cost }: MadePlan, reason: string | null, { environment, command }: InfraMeans) => {
  const gate = costGate(cost, { maxIncrease: null, unpriced: 'accepted', allow: reason })
  const again = toType(`${command} --allow-cost 'WHY'`)
  return gate.outcome === 'failed' ? costFailure(gate, { environment: environment.name, again }) : null
}

/**
 * Why a plan may not be applied whatever a person answers, or null: data first, then policy, then the scanner, then the
 * budget.
 */
export const refusalOf = (made: MadePlan, allowed: Allowed, means: InfraMeans): ShopctlError | null =>
  means.judges(means.stack).gate(made.verdict, { destroy: allowed.destroy }) ??
  scanRefusal(made, means) ??
  budgetRefusal(made, allowed.cost, means)

/** Whether a policy says no to what a plan brings, for the exit code of `infra plan`. */
export const breaksPolicy = (made: MadePlan): boolean =>
  hasOpenFinding(made.verdict) ||
  made.cost.verdict === 'above' ||
  (made.scan !== null && made.scan !== 'not-asked' && made.scan.verdict === 'blocked')

const hasOpenFinding = ({ findings, brokenWaivers }: PlanVerdict): boolean =>
  brokenWaivers.length > 0 || findings.some(({ waiver }) => waiver === null)
