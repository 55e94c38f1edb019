import type { CostEstimate } from '../../infrastructure/cost-estimate.ts'
import type { DriftReport } from '../../infrastructure/drift-report.ts'
import type { PlanVerdict } from '../../infrastructure/plan-verdict.ts'
import type { Steps } from '../steps.ts'
import type { ConfigurationScan, InfraMeans } from './infra-means.ts'
import { type OpenedPlan, openPlan, type PlanWanted } from './open-plan.ts'

/** One plan, and all that is made of it: everything is read out of the same file. */
export type MadePlan = OpenedPlan & {
  readonly verdict: PlanVerdict
  readonly cost: CostEstimate
  readonly drift: DriftReport
  /** `not-asked` where nothing new would be made. */
  readonly scan: ConfigurationScan | 'not-asked'
}

/** Plans a stack once, and judges what the plan says. Throws what Terraform's runner throws. */
export const makePlan = async (wanted: PlanWanted, means: InfraMeans, steps: Steps): Promise<MadePlan> => {
  const opened = await openPlan(wanted, means, steps)
  const { terraform, saved } = opened
  const isNew = wanted.mode === 'normal'
  const scan = isNew ? await steps.run('scan-stack', () => means.scan(means.stack, terraform.folder)) : 'not-asked'
  const judges = means.judges(means.stack)
  const planned = { plan: saved.json, code: await means.readCode(terraform.folder) }
  return {
    ...opened,
    verdict: judges.verdict(planned),
    cost: judges.estimate(saved.json),
    drift: judges.drift(planned),
    scan,
  }
}
