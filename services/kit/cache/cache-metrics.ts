import { Counter, Gauge } from 'prom-client'
import type { Metrics } from '../metrics.ts'

/** `hit`: own copy; `shared`: another process had loaded it; `stale`: served though expired; `miss`: loaded. */
const results = ['hit', 'shared', 'stale', 'miss', 'error'] as const
export type CacheResult = (typeof results)[number]

export type CacheMetrics = ReturnType<typeof createCacheMetrics>

/** Made once a service and given to each of its caches. */
export function createCacheMetrics({ registry }: Metrics) {
  const requests = new Counter({
    name: 'cache_requests_total',
    help: 'Values that were asked of a cache, by where they came from',
    labelNames: ['cache', 'result'] as const,
    registers: [registry],
  })
  const loads = new Counter({
    name: 'cache_load_total',
    help: 'Values that a cache did not have and loaded',
    labelNames: ['cache'] as const,
    registers: [registry],
  })
  const watched = new Map<string, () => boolean>()
  new Gauge({
    name: 'cache_degraded',
    help: '1 while a cache does without the store that processes share, or cannot hear of changes',
    labelNames: ['cache'] as const,
    registers: [registry],
    collect() {
      for (const [cache, isDegraded] of watched) this.set({ cache }, isDegraded() ? 1 : 0)
    },
  })
  return {
    watch(cache: string, isDegraded: () => boolean) {
      watched.set(cache, isDegraded)
      loads.inc({ cache }, 0)
      for (const result of results) requests.inc({ cache, result }, 0)
    },
    countRequest: (cache: string, result: CacheResult) => requests.inc({ cache, result }),
    countLoad: (cache: string) => loads.inc({ cache }),
  }
}
