import type { Bootstrapped } from '../../infrastructure/terraform/bootstrap.ts'
import { checkAccountPlace } from './check-place.ts'
import type { InfraMeans } from './infra-means.ts'
import { beginInfra } from './infra-steps.ts'
import { makeBucket } from './make-bucket.ts'

export type BootstrapRequest = { readonly waitSeconds: number; confirm(bucket: string): Promise<void> }

/** Makes the bucket for the states, once for each account; changes nothing where that was done before. */
export const bootstrap = async (request: BootstrapRequest, means: InfraMeans): Promise<Bootstrapped> => {
  const steps = beginInfra('infra bootstrap', means)
  const standing = await steps.ask('tools', () => checkAccountPlace(means))
  return makeBucket({ ...request, standing }, means, steps)
}
