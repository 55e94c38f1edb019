import type { RateLimiter } from './rate-limiter.ts'
import type { RateCount, RateStore } from './rate-store.ts'

/** What can fail goes first; what cannot counts the same limit where it does. */
export type InsuredStores = {
  readonly shared: RateStore | null
  readonly own: RateStore
}

/** Without a shared store this process counts alone, and that is not degraded. */
export function createRateLimiter({ shared, own }: InsuredStores): RateLimiter {
  return {
    async take(policy, key) {
      const answered: RateCount | null = shared === null ? null : await shared.take(policy, key).catch(() => null)
      const { taken, resetMilliseconds } = answered ?? (await own.take(policy, key))
      return {
        allowed: taken <= policy.quota,
        remaining: Math.max(policy.quota - taken, 0),
        resetSeconds: Math.max(Math.ceil(resetMilliseconds / 1_000), 1),
        degraded: shared !== null && answered === null,
      }
    },
  }
}
