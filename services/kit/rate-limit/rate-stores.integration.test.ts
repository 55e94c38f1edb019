import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRedis, type RedisClients } from '../redis.ts'
import { type RedisServer, startRedisServer, withoutRedis } from '../testing/redis-server.ts'
import { keptLog } from '../testing/test-app.ts'
import { createRateLimiter } from './insured-rate-limiter.ts'
import { memoryRateStore } from './memory-rate-store.ts'
import type { RateStore } from './rate-store.ts'
import { redisRateStore } from './redis-rate-store.ts'

const policy = { name: 'client', quota: 100, windowSeconds: 60 }

/** `endWindow` moves the clock of the store past the window of a key. */
type Opened = { readonly store: RateStore; endWindow(key: string): Promise<void> }

function contract(open: () => Opened): void {
  test('G4: of a thousand at once each gets a count of its own, and a hundred are allowed', async () => {
    const { store } = open()
    const counts = await Promise.all(Array.from({ length: 1_000 }, () => store.take(policy, 'storm')))
    expect(counts.map(({ taken }) => taken).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => index + 1),
    )
    const limiter = createRateLimiter({ shared: store, own: store })
    const decisions = await Promise.all(Array.from({ length: 1_000 }, () => limiter.take(policy, 'decided')))
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(100)
    expect(decisions.filter(({ degraded }) => degraded)).toHaveLength(0)
  })

  test('a window ends on its own, however many came, and the next begins with one', async () => {
    const { store, endWindow } = open()
    const first = await store.take(policy, 'window')
    expect(first.resetMilliseconds).toBeGreaterThan(55_000)
    expect(first.resetMilliseconds).toBeLessThanOrEqual(60_000)
    const second = await store.take(policy, 'window')
    expect(second.taken).toBe(2)
    expect(second.resetMilliseconds).toBeLessThanOrEqual(first.resetMilliseconds)
    await endWindow('window')
    expect((await store.take(policy, 'window')).taken).toBe(1)
  })

  test('clients and policies are counted apart', async () => {
    const { store } = open()
    await store.take(policy, 'a')
    expect((await store.take(policy, 'b')).taken).toBe(1)
    expect((await store.take({ ...policy, name: 'other' }, 'a')).taken).toBe(1)
    expect((await store.take(policy, 'a')).taken).toBe(2)
  })
}

describe('counts of this process', () => {
  let now = 0
  const store = memoryRateStore(() => now)
  contract(() => ({
    store,
    endWindow: async () => {
      now += 60_000
    },
  }))
})

describe.skipIf(withoutRedis !== '')(`counts in Redis${withoutRedis}`, () => {
  let server: RedisServer
  let redis: RedisClients
  beforeAll(async () => {
    server = await startRedisServer()
    redis = await openRedis(server.url, keptLog().logger)
  })
  afterAll(async () => {
    await redis.close()
    await server.stop()
  })

  contract(() => ({
    store: redisRateStore(redis.limiter, 'test'),
    async endWindow(key) {
      await redis.limiter.pexpire(`test:rate:client:${key}`, 0)
    },
  }))
})
