import { type DeployResult, deploy } from './deploy.ts'
import type { FlowMeans } from './means.ts'

/** What a deploy of the source as it is now would change. Takes no lock and changes nothing. */
export const diff = (means: FlowMeans): Promise<DeployResult> =>
  deploy({ services: null, mode: 'dry-run', why: null, force: 'no', waitSeconds: 0, demoData: 'none' }, means)
