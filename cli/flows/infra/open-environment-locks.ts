import { type EnvironmentFacts, environments } from '../../../stacks/environments.ts'
import type { InstallationFacts } from '../../../stacks/installations.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { Reporter } from '../../output/events.ts'
import { openPlatform } from '../../platforms/open-platform.ts'
import type { OpenRequest } from '../../platforms/open-request.ts'
import type { LockStore } from '../../releases/stores.ts'

type EnvironmentLock = { readonly environment: string; readonly store: LockStore }
type Request = Pick<OpenRequest, 'repository' | 'keepSecret' | 'abandoned'> & {
  readonly reporter: Reporter
  readonly open?: typeof openPlatform
}

const runsOn = ({ name }: InstallationFacts, { installation, kubernetes }: EnvironmentFacts): boolean =>
  installation === name && kubernetes?.cluster.kind === 'eks'

const reasonOf = (error: unknown): string => {
  if (error instanceof ShopctlError) return [error.message, ...error.why.slice(0, 1)].join(' ')
  return error instanceof Error ? error.message : String(error)
}

/**
 * The locks that `deploy` takes in the installation's cluster. A cluster that is not there yet, or not within reach,
 * has none to take: that is said, and no reason not to go on.
 */
export const openEnvironmentLocks = async (
  installation: InstallationFacts,
  { reporter, open = openPlatform, ...request }: Request,
): Promise<readonly EnvironmentLock[]> => {
  const openOne = async (facts: EnvironmentFacts): Promise<readonly EnvironmentLock[]> => {
    try {
      const place = { ...request, publicPort: null, kubeContext: null, warn: () => undefined }
      const { lock } = (await open(facts, place)).platform
      await lock.read()
      return [{ environment: facts.name, store: lock }]
    } catch (error) {
      // The first `up` makes it.
      if (error instanceof ShopctlError && error.code === 'EKS_CLUSTER_MISSING') return []
      const message = `The lock of ${facts.name} cannot be taken, so a deploy there is not kept out: ${reasonOf(error)}`
      reporter.emit({ type: 'notice', message })
      return []
    }
  }
  const all = Object.values(environments).filter((facts) => runsOn(installation, facts))
  return (await Promise.all(all.map(openOne))).flat()
}
