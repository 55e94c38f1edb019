import type { EnvironmentFacts } from '../stacks/environments.ts'
import type { WorkloadName } from './workload.ts'
import type { WorkloadSettings } from './workload-settings.ts'

/** What the objects of one service are made from. */
export type ServiceManifestsRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  readonly service: WorkloadName
  /** `registry/repository@sha256:…`, never a tag. */
  readonly image: string
  /** For people, on the Deployment alone: in its pods it would restart them with every commit. */
  readonly version: string
  readonly settings: WorkloadSettings
}
