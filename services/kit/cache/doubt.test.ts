import { expect, test } from 'vitest'
import { createMetrics } from '../metrics.ts'
import { createCacheMetrics } from './cache-metrics.ts'
import type { SharedEntry, SharedTier } from './shared-tier.ts'
import { createCache } from './tiered-cache.ts'

/** A cache on a shared tier with one entry, which others keep filled in; `state.version` is the table's. */
function setUp() {
  const filledIn: SharedEntry = { version: 1, text: 'version 1', ageMilliseconds: 0, freshMilliseconds: 30_000 }
  const state = { now: 100_000, loads: 0, version: 1, away: false, filledAt: 100_000, renewals: 0 }
  const shared: SharedTier = {
    read: async () => ({ epoch: 'epoch', entry: { ...filledIn, ageMilliseconds: state.now - state.filledAt } }),
    fill: async () => undefined,
    drop: async () => undefined,
    async renew() {
      state.renewals += 1
    },
    isDegraded: () => false,
  }
  const cache = createCache<string>({
    name: 'things',
    codec: { render: (value) => value, parse: (text) => text },
    entries: 10,
    shared,
    heard: () => true,
    metrics: createCacheMetrics(createMetrics()),
    elapsed: () => state.now,
  })
  const get = () =>
    cache.get('key', async () => {
      state.loads += 1
      if (state.away) throw new Error('the database is away')
      return { version: state.version, value: `version ${state.version}` }
    })
  return { state, cache, get }
}

test('C5: after a gap nothing that was copied before is believed, and nothing of others is taken away', async () => {
  const { state, cache, get } = setUp()
  expect((await get()).value).toBe('version 1')
  expect(state.loads).toBe(0)
  state.version = 2
  state.now += 1_000
  cache.doubt()
  expect((await get()).value).toBe('version 2')
  expect((await get()).value).toBe('version 2')
  expect([state.loads, state.renewals]).toEqual([1, 0])
})

test('C5: nor what another filled in right after the gap: it may have loaded it before', async () => {
  const { state, cache, get } = setUp()
  cache.doubt()
  state.version = 2
  state.now += 9_000
  state.filledAt = state.now
  expect((await get()).value).toBe('version 2')
})

test('later on, what others load is of use again', async () => {
  const { state, cache, get } = setUp()
  cache.doubt()
  state.now += 10_000
  state.filledAt = state.now
  await get()
  expect(state.loads).toBe(0)
})

test('C34: where it cannot be loaded anew, what is doubted is served all the same, and tried again', async () => {
  const { state, cache, get } = setUp()
  cache.doubt()
  state.away = true
  state.now += 3_000
  expect(await get()).toEqual({ value: 'version 1', ageSeconds: 3 })
  expect(await get()).toEqual({ value: 'version 1', ageSeconds: 3 })
  expect(state.loads).toBe(1)
  state.away = false
  state.version = 2
  state.now += 1_000
  expect((await get()).value).toBe('version 2')
})
