import { stackName } from '../../../stacks/stack-reference.ts'
import type { CostEstimate } from '../../infrastructure/cost-estimate.ts'
import type { DriftReport } from '../../infrastructure/drift-report.ts'
import type { PlanVerdict } from '../../infrastructure/plan-verdict.ts'
import type { Against, ConfigurationScan, InfraMeans } from './infra-means.ts'
import type { MadePlan } from './make-plan.ts'
import { type SupportEnd, supportEnds } from './support-ends.ts'

/** What `infra plan --json` answers; its fields are promised to scripts. */
export type PlanDocument = PlanVerdict & {
  readonly schema: 'shopctl.infra-plan/1'
  readonly environment: string
  readonly installation: string
  readonly stack: string
  readonly against: Against
  readonly mode: 'normal' | 'destroy'
  readonly cost: CostEstimate
  readonly drift: DriftReport
  /** `not-installed`: there is no scanner on this machine; `not-asked`: nothing new would be made. */
  readonly scan: NonNullable<ConfigurationScan> | 'not-installed' | 'not-asked'
  /** Versions whose support ends within 90 days, or has ended. */
  readonly supportEnds: readonly SupportEnd[]
  /** sha256 of the saved file, which `up --plan` applies. */
  readonly digest: string
  readonly file: string
}

type Wanted = { readonly against: Against; readonly mode: 'normal' | 'destroy' }

export const planDocument = (made: MadePlan, { against, mode }: Wanted, means: InfraMeans): PlanDocument => {
  const { verdict, cost, drift, scan, saved } = made
  const { environment, installation, stack, now } = means
  return {
    schema: 'shopctl.infra-plan/1',
    environment: environment.name,
    installation: installation.name,
    stack: stackName(stack),
    against,
    mode,
    ...verdict,
    cost,
    drift,
    scan: scan ?? 'not-installed',
    supportEnds: stack.kind === 'shop' ? supportEnds(installation, now()) : [],
    digest: saved.digest,
    file: saved.file,
  }
}
