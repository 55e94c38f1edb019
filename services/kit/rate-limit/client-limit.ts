import type { MiddlewareHandler } from 'hono'
import type { Metrics } from '../metrics.ts'
import type { RedisClients } from '../redis.ts'
import type { RequestEnvironment } from '../routes.ts'
import type { CommonSettings } from '../settings.ts'
import { createRateLimiter } from './insured-rate-limiter.ts'
import { limitRequests } from './limit-requests.ts'
import { memoryRateStore } from './memory-rate-store.ts'
import { createRateMetrics } from './rate-metrics.ts'
import { redisRateStore } from './redis-rate-store.ts'

export type ClientLimitParts = {
  /** Requests a minute. */
  readonly quota: number
  readonly settings: CommonSettings
  readonly metrics: Metrics
  /** Without it each process counts for itself. */
  readonly redis: RedisClients | null
  /** Keeps the counts of services apart that share a Redis. */
  readonly service: string
  /** Limited also while Redis is away; all others are open then. */
  readonly alwaysLimited: readonly string[]
  now(): Date
}

/**
 * Probes, documents and `/internal/v1` are not counted. Services that call each other below this are: it is counted before
 * anyone knows who calls, so where the catalog has a limit a pod of orders is one client of it.
 */
export const limitedPrefix = '/api/v1/'

/** So many a minute and client, over everything below /api/v1. */
export function clientLimit(parts: ClientLimitParts): MiddlewareHandler<RequestEnvironment> {
  const { quota, settings, metrics, redis, service, alwaysLimited, now } = parts
  const policy = { name: 'client', quota, windowSeconds: 60 }
  const limit = limitRequests({
    limiter: createRateLimiter({
      shared: redis === null ? null : redisRateStore(redis.limiter, service),
      own: memoryRateStore(() => performance.now()),
    }),
    policy,
    metrics: createRateMetrics(metrics, [policy.name]),
    trustedProxyHops: settings.TRUSTED_PROXY_HOPS,
    alwaysLimited,
    bypassKey: settings.RATE_LIMIT_BYPASS_KEY,
    now,
  })
  return (c, next) => (c.req.path.startsWith(limitedPrefix) ? limit(c, next) : next())
}
