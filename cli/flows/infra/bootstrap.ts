import { checkPlace } from './check-place.ts'
import type { Bootstrapped, InfraMeans } from './infra-means.ts'
import { beginInfra } from './infra-steps.ts'

/** Makes the bucket for the states and moves its own state there; changes nothing where that was done before. */
export const bootstrap = async (means: InfraMeans): Promise<Bootstrapped> => {
  const steps = beginInfra('infra bootstrap', means)
  await steps.ask('tools', () => checkPlace('account', means))
  return steps.run('bootstrap', () => means.bootstrap(() => undefined))
}
