import type { EnvironmentFacts } from '../stacks/environments.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { postgresManifests } from './postgres.ts'
import { redisManifests } from './redis.ts'
import { kubernetesFacts } from './workload.ts'

export type FoundationRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  readonly images: { readonly postgres: string; readonly redis: string }
  /** `claim`: data outlives the pod, where the cluster has a storage class. `none`: it does not. */
  readonly storage: 'claim' | 'none'
  /** The Secret with `superuserPasswordKey` and `initScriptKey`. */
  readonly secret: string
}

/** The PostgreSQL and the Redis of an environment that brings its own; nothing where they are managed. */
export const foundationManifests = (request: FoundationRequest): readonly KubernetesObject[] =>
  kubernetesFacts(request.environment).foundations === 'own'
    ? [...postgresManifests(request), ...redisManifests(request)]
    : []
