import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { RunningState } from '../platforms/platform.ts'
import type { FlowMeans } from './means.ts'
import { readSituation, type Situation } from './situation.ts'

/** What the records say and what runs. Throws NOTHING_DEPLOYED (refused) where neither knows of any release. */
export const readRunning = async (
  means: Pick<FlowMeans, 'platform' | 'environment' | 'reporter'>,
): Promise<Situation & { readonly running: RunningState }> => {
  const { platform, environment } = means
  const [situation, running] = await Promise.all([readSituation(means), platform.running()])
  // Where its record was lost a release may serve all the same.
  if (situation.current === null && situation.unfinished === null && running.serving === null) {
    throw new ShopctlError({
      code: 'NOTHING_DEPLOYED',
      outcome: 'refused',
      what: `Nothing is deployed to ${environment}.`,
      fix: [toType(`deploy --env ${environment}`)],
    })
  }
  return { ...situation, running }
}
