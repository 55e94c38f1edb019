import type { PlanMode, SavedPlan, Terraform } from '../../infrastructure/terraform.ts'
import type { Say, Steps } from '../steps.ts'
import type { Against, InfraMeans } from './infra-means.ts'
import { createPlanProgress, createTerraformProgress, type TerraformProgress } from './terraform-progress.ts'

export type PlanWanted = {
  readonly against: Against
  readonly mode: PlanMode
  readonly lock: 'take' | 'leave'
  /** A plan that was made and saved before, in place of a new one. */
  readonly file: string | null
}

export type OpenedPlan = { readonly terraform: Terraform; readonly saved: SavedPlan }

const telling =
  (progress: TerraformProgress, say: Say) =>
  (event: Parameters<TerraformProgress['hear']>[0]): void => {
    const words = progress.hear(event)
    if (words !== null) say(words)
  }

/** Initialises a stack and plans it once, or opens a plan that was saved. Throws what Terraform's runner throws. */
export const openPlan = async (wanted: PlanWanted, means: InfraMeans, steps: Steps): Promise<OpenedPlan> => {
  const { against, mode, lock, file } = wanted
  const terraform = await means.terraform(means.stack, against)
  await steps.run('init', (say) => terraform.init(telling(createPlanProgress(), say)))
  const saved = await steps.run('preview', (say) =>
    file === null
      ? terraform.plan({ mode, lock, onEvent: telling(createPlanProgress(), say) })
      : terraform.readPlan(file),
  )
  return { terraform, saved }
}

/** An apply's events as progress of its step. */
export const tellApply = (total: number | null, say: Say) => telling(createTerraformProgress(total), say)
