import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { type HealthPolicy, healthPolicies } from '../health/policy.ts'
import type { OpenRequest } from './open-request.ts'
import type { Platform } from './platform.ts'

export type OpenedPlatform = { readonly platform: Platform; readonly policy: HealthPolicy }

/** The platform that an environment runs on. Each is loaded only where it is used. */
export const openPlatform = async (facts: EnvironmentFacts, request: OpenRequest): Promise<OpenedPlatform> => {
  const { name: environment, kubernetes } = facts
  const policy = healthPolicies[environment]
  if (policy === undefined) throw new Error(`environment ${environment} has no health policy`)
  if (kubernetes !== null) {
    const { openKubernetesPlatform } = await import('./kubernetes/kubernetes-platform.ts')
    const variables = process.env
    const platform = await openKubernetesPlatform({ ...request, environment: facts, facts: kubernetes, variables })
    return { platform, policy }
  }
  const { createLocalPlatform } = await import('./local/local-platform.ts')
  const { repository, publicPort } = request
  return { platform: createLocalPlatform({ repository, environment, variables: process.env, publicPort }), policy }
}
