import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import type { Reporter } from '../../output/events.ts'
import type { Finding } from '../../platforms/finding.ts'
import type { DeployRequest } from '../deploy.ts'
import type { InfraMeans } from '../infra/infra-means.ts'
import type { UpRequest as InfraUpRequest } from '../infra/up.ts'
import type { FlowMeans } from '../means.ts'
import type { UpSelection } from './plan-up.ts'
import type { UpRecordStore } from './up-record.ts'
import type { UpStepState } from './up-report.ts'

export type UpRequest = {
  readonly mode: 'apply' | 'dry-run'
  readonly selection: UpSelection
  readonly why: string | null
  /** How long each flow waits for a lock that somebody else holds; 0 refuses at once. */
  readonly waitSeconds: number
  readonly demoData: DeployRequest['demoData']
  /** What infra may do unasked, and how it asks for the rest. */
  readonly infra: Pick<InfraUpRequest, 'allowed' | 'show' | 'confirm' | 'confirmBootstrap'>
  readonly confirmRelease?: DeployRequest['confirm']
}

/** How a step ended. */
export type StepEnd = { readonly state: Exclude<UpStepState, 'skipped'>; readonly detail: string }

/** What the whole way works with; each part is opened when its step is reached, for it may not be there before. */
export type UpMeans = {
  readonly facts: EnvironmentFacts
  readonly reporter: Reporter
  readonly who: string
  /** What the person typed, for "type it again": `up --env staging --dry-run --only infra`. */
  readonly command: string
  readonly now: () => Date
  readonly interrupted: AbortSignal
  readonly record: UpRecordStore
  /** What this machine has of what the environment needs; `port` is where the shop answered last, if it ever did. */
  machine(port: number | null): Promise<readonly Finding[]>
  /** Throws NO_INSTALLATION (refused) where the environment has none. */
  infra(): Promise<InfraMeans>
  /** The platform, opened once. */
  shop(): Promise<FlowMeans>
}
