import type { CostEstimate } from '../../infrastructure/cost-estimate.ts'
import type { DriftReport } from '../../infrastructure/drift-report.ts'
import type { PlanVerdict } from '../../infrastructure/plan-verdict.ts'
import type { PlanMode, SavedPlan, Terraform } from '../../infrastructure/terraform.ts'
import type { Say, Steps } from '../steps.ts'
import type { Against, ConfigurationScan, InfraMeans } from './infra-means.ts'
import { createPlanProgress, createTerraformProgress, type TerraformProgress } from './terraform-progress.ts'

/** One plan, and all that is made of it: everything is read out of the same file. */
export type MadePlan = {
  readonly terraform: Terraform
  readonly saved: SavedPlan
  readonly verdict: PlanVerdict
  readonly cost: CostEstimate
  readonly drift: DriftReport
  /** `not-asked` where nothing new would be made. */
  readonly scan: ConfigurationScan | 'not-asked'
}

export type PlanWanted = {
  readonly against: Against
  readonly mode: PlanMode
  readonly lock: 'take' | 'leave'
  /** A plan that was made and saved before, in place of a new one. */
  readonly file: string | null
}

const telling =
  (progress: TerraformProgress, say: Say) =>
  (event: Parameters<TerraformProgress['hear']>[0]): void => {
    const words = progress.hear(event)
    if (words !== null) say(words)
  }

/** Plans a stack once, and judges what the plan says. Throws what Terraform's runner throws. */
export const makePlan = async (wanted: PlanWanted, means: InfraMeans, steps: Steps): Promise<MadePlan> => {
  const { against, mode, lock, file } = wanted
  const terraform = await means.terraform(means.stack, against)
  await steps.run('init', (say) => terraform.init(telling(createPlanProgress(), say)))
  const saved = await steps.run('preview', (say) =>
    file === null
      ? terraform.plan({ mode, lock, onEvent: telling(createPlanProgress(), say) })
      : terraform.readPlan(file),
  )
  const scan = mode === 'normal' ? await steps.run('scan-stack', () => means.scan(terraform.folder)) : 'not-asked'
  const { judges } = means
  return {
    terraform,
    saved,
    verdict: judges.verdict(saved.json),
    cost: judges.estimate(saved.json),
    drift: judges.drift(saved.json),
    scan,
  }
}

/** An apply's events as progress of its step. */
export const tellApply = (total: number, say: Say) => telling(createTerraformProgress(total), say)
