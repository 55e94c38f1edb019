import type { EnvironmentFacts } from '../stacks/environments.ts'
import type { WorkloadName } from './workload.ts'

/** Plain settings of one workload: what its ConfigMap holds. */
export const plainSettings = (
  environment: EnvironmentFacts,
  service: WorkloadName,
): Readonly<Record<string, string>> => {
  const { LOG_LEVEL = 'info', ...others } = environment.settings
  if (service === 'edge') return { LOG_LEVEL, TRUSTED_PROXY_HOPS: '0' }
  const entry = environment.kubernetes?.entry
  const base = entry?.kind === 'ingress' ? `https://${entry.host}` : 'http://localhost:8080'
  // Links in mails; never from a request.
  const mailed: Record<string, string> = service === 'users' ? { PUBLIC_BASE_URL: base } : {}
  // One hop stands before a service: the edge or the load balancer.
  return { ...mailed, ...others, LOG_LEVEL, SHOP_ENV: environment.name, TRUSTED_PROXY_HOPS: '1' }
}

/** The settings that are secret, which the environment must have. People may add others. */
export const secretSettings = (service: WorkloadName): readonly string[] => {
  if (service === 'edge') return []
  const own = service === 'users' ? ['JWT_PRIVATE_KEYS', 'SERVICE_CLIENTS', 'TOKEN_KEY'] : ['SERVICE_CLIENT_SECRET']
  return ['CURSOR_KEY', 'DATABASE_URL', 'MIGRATION_DATABASE_URL', 'REDIS_URL', ...own].toSorted()
}
