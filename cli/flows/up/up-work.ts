import type { Directions } from '../../platforms/platform.ts'
import type { Say } from '../steps.ts'
import {
  bringInfrastructureUp,
  bringUpBeside,
  lookAtInfrastructure,
  lookAtNamespace,
  makeNamespace,
  releaseServices,
} from './change-steps.ts'
import { checkCluster, checkCredentials, checkPrerequisites, checkSettings } from './check-steps.ts'
import { askSmoke, findEndpoints, waitUntilReady } from './end-steps.ts'
import type { StepEnd, UpMeans, UpRequest } from './up-means.ts'
import type { UpStep } from './up-report.ts'

/** Whether there is a cluster that can be asked. */
export type ClusterStanding = 'there' | 'to-make'

type Ended = StepEnd & { readonly directions?: Directions; readonly cluster?: ClusterStanding }
export type UpWork = (request: UpRequest, means: UpMeans, say: Say) => Promise<Ended>

const applying: Readonly<Record<UpStep, UpWork>> = {
  prerequisites: (_, means) => checkPrerequisites(means),
  credentials: (_, means) => checkCredentials(means),
  infra: bringInfrastructureUp,
  cluster: (_, means) => checkCluster(means),
  namespaces: makeNamespace,
  settings: (_, means) => checkSettings(means),
  services: releaseServices,
  ingress: bringUpBeside('ingress'),
  monitoring: bringUpBeside('monitoring'),
  logging: bringUpBeside('logging'),
  ready: (_, means, say) => waitUntilReady(means, say),
  endpoints: (_, means) => findEndpoints(means),
  smoke: askSmoke,
}

/** What each step does, and what it does where nothing may be changed. */
export const upWork: Readonly<Record<UpRequest['mode'], Readonly<Record<UpStep, UpWork>>>> = {
  apply: applying,
  'dry-run': {
    ...applying,
    infra: (_, means) => lookAtInfrastructure(means),
    namespaces: (_, means) => lookAtNamespace(means),
  },
}
