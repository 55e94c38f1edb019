import type { FoundationRequest } from './foundation-request.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { postgresManifests } from './postgres.ts'
import { redisManifests } from './redis.ts'
import { kubernetesFacts } from './workload.ts'

/** The PostgreSQL and the Redis of an environment that brings its own; nothing where they are managed. */
export const foundationManifests = (request: FoundationRequest): readonly KubernetesObject[] =>
  kubernetesFacts(request.environment).foundations === 'own'
    ? [...postgresManifests(request), ...redisManifests(request)]
    : []
