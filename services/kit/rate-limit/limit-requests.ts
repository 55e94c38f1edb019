import type { MiddlewareHandler } from 'hono'
import { clientAddress, clientKey } from '../client-address.ts'
import { Problem, type ProblemKind } from '../problems.ts'
import type { RequestEnvironment } from '../routes.ts'
import { bypassHeader, isBypass } from './bypass.ts'
import type { RateDecision, RateLimiter, RatePolicy } from './rate-limiter.ts'
import type { RateMetrics } from './rate-metrics.ts'

export const rateProblems = {
  limited: { code: 'request/limited', status: 429, title: 'Too many requests from this client' },
} as const satisfies Record<string, ProblemKind>

/** Registered by the RateLimit header fields draft. */
const quotaExceeded = 'https://iana.org/assignments/http-problem-types#quota-exceeded'

export type RequestLimit = {
  readonly limiter: RateLimiter
  readonly policy: RatePolicy
  readonly metrics: RateMetrics
  readonly trustedProxyHops: number
  /** These paths are limited also while each process counts alone; the others are open then. */
  readonly alwaysLimited: readonly string[]
  readonly bypassKey: string | undefined
  now(): Date
}

/** Counts each request of a client before anything else is done for it; every answer says how much is left. */
export function limitRequests(limit: RequestLimit): MiddlewareHandler<RequestEnvironment> {
  const { limiter, policy, metrics, trustedProxyHops, bypassKey: key, now } = limit
  return async (c, next) => {
    c.header('RateLimit-Policy', renderPolicy(policy))
    if (isBypass(c.req.header(bypassHeader), { key, now: now() })) {
      metrics.countDecision(policy.name, 'bypassed')
      c.header('RateLimit', renderRemaining(policy, { remaining: policy.quota, resetSeconds: policy.windowSeconds }))
      return next()
    }
    const decision = await limiter.take(policy, clientKey(clientAddress(c, trustedProxyHops)))
    const open = decision.degraded && !limit.alwaysLimited.some((prefix) => c.req.path.startsWith(prefix))
    const passes = decision.allowed || open
    if (decision.degraded) metrics.countDegraded()
    metrics.countDecision(policy.name, passes ? 'allowed' : 'limited')
    c.header('RateLimit', renderRemaining(policy, decision))
    if (!passes) throw limited(policy, decision)
    await next()
  }
}

function limited(policy: RatePolicy, { resetSeconds }: RateDecision): Problem {
  return new Problem(rateProblems.limited, {
    detail: `${policy.quota} requests in ${policy.windowSeconds} s are allowed`,
    headers: { 'Retry-After': String(resetSeconds) },
    members: { type: quotaExceeded, 'violated-policies': [policy.name] },
  })
}

function renderPolicy({ name, quota, windowSeconds }: RatePolicy): string {
  return `"${name}";q=${quota};w=${windowSeconds}`
}

function renderRemaining({ name }: RatePolicy, left: Pick<RateDecision, 'remaining' | 'resetSeconds'>): string {
  return `"${name}";r=${left.remaining};t=${left.resetSeconds}`
}
