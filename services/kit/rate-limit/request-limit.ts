import type { MiddlewareHandler } from 'hono'
import type { ServiceFacts } from '../../registry.ts'
import type { Metrics } from '../metrics.ts'
import type { OpenRedis } from '../redis.ts'
import type { RequestEnvironment } from '../routes.ts'
import type { CommonSettings } from '../settings.ts'
import { clientLimit } from './client-limit.ts'

/** How often a client may ask a service, as data of the service. */
export type ServiceLimit = {
  /** Where RATE_LIMIT_REQUESTS says nothing; null: as often as it likes. */
  readonly perMinute: number | null
  /** Paths that are limited also while Redis is away; all others are open then. */
  readonly alwaysLimited: readonly string[]
}

/** The limit that holds here; undefined, and Redis not asked for, where there is none. */
export async function openRequestLimit(
  { perMinute, alwaysLimited }: ServiceLimit,
  parts: {
    readonly facts: ServiceFacts
    readonly settings: CommonSettings
    readonly metrics: Metrics
    readonly redis: OpenRedis
    now(): Date
  },
): Promise<MiddlewareHandler<RequestEnvironment> | undefined> {
  const { facts, settings, metrics, redis, now } = parts
  const quota = settings.RATE_LIMIT_REQUESTS ?? perMinute
  if (quota === null) return undefined
  return clientLimit({ quota, settings, metrics, redis: await redis(), service: facts.name, alwaysLimited, now })
}
