import type { EnvironmentFacts } from '../../stacks/environments.ts'
import type { Platform } from './platform.ts'

/** What of a platform is needed to ask a Prometheus about it. */
export type WatchedPlatform = Pick<Platform, 'name' | 'metricsNamespace' | 'openPrometheus'>

type Watched = {
  /** Of the Prometheus that a person named, if anybody did. */
  readonly url: string | undefined
  readonly variables: NodeJS.ProcessEnv
  readonly open: () => Promise<WatchedPlatform>
}

/** Loaded only where it is used, like the platforms themselves. */
const namespaceOf = async (environment: EnvironmentFacts, variables: NodeJS.ProcessEnv): Promise<string> => {
  const { kubernetes: facts } = environment
  if (facts === null) return (await import('./local/observers/scrape-targets.ts')).localNamespace
  const { namespaceOf: namespaceInCluster } = await import('./kubernetes/kubernetes-platform.ts')
  return namespaceInCluster({ environment, facts, variables })
}

/**
 * Opens the environment only where nobody named a Prometheus: who looks from where neither cluster nor account can be
 * reached names one for that. Throws what opening throws, NAMESPACE_FIXED (refused).
 */
export const openWatched = async (
  facts: EnvironmentFacts,
  { url, variables, open }: Watched,
): Promise<WatchedPlatform> => {
  if (!url) return open()
  return {
    name: facts.platform,
    metricsNamespace: await namespaceOf(facts, variables),
    openPrometheus: async () => null,
  }
}
