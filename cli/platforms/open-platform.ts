import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { type HealthPolicy, healthPolicies } from '../health/policy.ts'
import type { Platform } from './platform.ts'

export type OpenedPlatform = { readonly platform: Platform; readonly policy: HealthPolicy }

type OpenRequest = {
  readonly repository: string
  /** The local platform's public port; null keeps the one of the last deploy. */
  readonly publicPort: number | null
}

/** The platform that an environment runs on. Each is loaded only where it is used. */
export const openPlatform = async (
  { name, platform: kind }: EnvironmentFacts,
  { repository, publicPort }: OpenRequest,
): Promise<OpenedPlatform> => {
  const policy = healthPolicies[name]
  if (policy === undefined) throw new Error(`environment ${name} has no health policy`)
  if (kind !== 'local') throw new Error(`environment ${name} wants the platform ${kind}, which is not built yet`)
  const { createLocalPlatform } = await import('./local/local-platform.ts')
  const platform = createLocalPlatform({ repository, environment: name, variables: process.env, publicPort })
  return { platform, policy }
}
