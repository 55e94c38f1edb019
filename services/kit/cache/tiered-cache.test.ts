import { expect, test } from 'vitest'
import { createMetrics } from '../metrics.ts'
import type { Load } from './cache.ts'
import { createCacheMetrics } from './cache-metrics.ts'
import { freshnessOf, lifetimes, spreadLifetime } from './freshness.ts'
import { createMemoryTier } from './memory-tier.ts'
import { createCache } from './tiered-cache.ts'

const codec = { render: (value: string) => value, parse: (text: string) => text }

/** A cache without a shared tier, whose clock the test moves, and a load that the test counts and can break. */
function setUp({ heard = true }: { readonly heard?: boolean } = {}) {
  const metrics = createMetrics()
  const state = { now: 0, heard, loads: 0, version: 1, away: false, gate: Promise.resolve() }
  const cache = createCache<string>({
    name: 'things',
    codec,
    entries: 100,
    shared: null,
    heard: () => state.heard,
    metrics: createCacheMetrics(metrics),
    elapsed: () => state.now,
  })
  const load: Load<string> = async () => {
    state.loads += 1
    const { version } = state
    await state.gate
    if (state.away) throw new Error('the database is away')
    return version === 0 ? null : { version, value: `version ${version}` }
  }
  return { state, get: () => cache.get('key', load), cache, load, metrics }
}

const many = <Value>(run: () => Promise<Value>) => Promise.all(Array.from({ length: 500 }, run))

test('C4: five hundred who ask at once cause one load, cold, expired, and of what is not there', async () => {
  const { state, get } = setUp()
  await many(get)
  expect(state.loads).toBe(1)
  state.now += lifetimes.fresh * 1.1 + lifetimes.stale
  await many(get)
  expect(state.loads).toBe(2)

  const absent = setUp()
  absent.state.version = 0
  expect(new Set((await many(absent.get)).map(({ value }) => value))).toEqual(new Set([null]))
  expect(absent.state.loads).toBe(1)
  absent.state.version = 1
  absent.state.now += 5_000
  expect((await absent.get()).value).toBe('version 1')
})

test('C34: an expired entry is served while exactly one refresh runs, and nobody waits for it', async () => {
  const { state, get } = setUp()
  await get()
  state.version = 2
  state.now += lifetimes.fresh * 1.1
  const { promise, resolve } = Promise.withResolvers<void>()
  state.gate = promise
  const stale = await many(get)
  expect(stale.every(({ value, ageSeconds }) => value === 'version 1' && ageSeconds === 33)).toBe(true)
  expect(state.loads).toBe(2)
  resolve()
  await expect.poll(async () => (await get()).value).toBe('version 2')
  expect(state.loads).toBe(2)
})

test('C34: where the refresh fails the entry is served for five minutes in all, with its age, then the failure', async () => {
  const { state, get } = setUp()
  await get()
  state.away = true
  for (const seconds of [40, 70, 200, 299]) {
    state.now = seconds * 1_000
    expect(await get()).toEqual({ value: 'version 1', ageSeconds: seconds })
  }
  state.now = 300_000
  await expect(get()).rejects.toThrow('away')
})

test('nobody waits for a database that failed a moment ago, and it is tried again after a second', async () => {
  const { state, get } = setUp()
  await get()
  state.away = true
  state.now = 100_000
  await many(get)
  await many(get)
  expect(state.loads).toBe(2)
  state.now += 1_000
  state.away = false
  state.version = 2
  expect((await get()).value).toBe('version 2')
})

test('C34: lifetimes are spread by a tenth to either side', () => {
  const spread = Array.from({ length: 1_000 }, (_, index) => spreadLifetime(lifetimes.fresh, index / 1_000))
  expect([Math.min(...spread), Math.max(...spread)]).toEqual([27_000, 32_994])
  expect(new Set(spread).size).toBeGreaterThan(900)
})

test('C34: what was filled together does not expire together', async () => {
  const { state, cache, load } = setUp()
  const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`)
  await Promise.all(keys.map((key) => cache.get(key, load)))
  state.now = 30_000
  await Promise.all(keys.map((key) => cache.get(key, load)))
  expect(state.loads).toBeGreaterThan(110)
  expect(state.loads).toBeLessThan(190)
})

test('C5: while changes cannot be heard of, no copy is believed for more than two seconds', async () => {
  const { state, get } = setUp({ heard: false })
  await get()
  state.version = 2
  state.now = 1_999
  expect((await get()).value).toBe('version 1')
  state.now = 2_000
  expect((await get()).value).toBe('version 2')
})

test('C33: what was loaded before a drop goes to who waits for it, and is kept nowhere', async () => {
  const { state, get, cache } = setUp()
  const { promise, resolve } = Promise.withResolvers<void>()
  state.gate = promise
  const early = get()
  state.version = 2
  await cache.drop('key', 2)
  state.gate = Promise.resolve()
  const late = get()
  resolve()
  expect([(await early).value, (await late).value, (await get()).value]).toEqual([
    'version 1',
    'version 2',
    'version 2',
  ])
})

test('a drop leaves what is as new, and a renewal or a gap leaves nothing', async () => {
  const { state, get, cache } = setUp()
  state.version = 7
  await get()
  await cache.drop('key', 7)
  await get()
  expect(state.loads).toBe(1)
  await cache.renew()
  await get()
  cache.forget()
  await get()
  expect(state.loads).toBe(3)
})

test('C34: no request waits while stale: freshness by age, as long as changes are heard', () => {
  const at = (age: number, isAbsent = false) =>
    freshnessOf(
      { ageMilliseconds: age, freshMilliseconds: 30_000, isAbsent, isDoubtful: false },
      { lives: lifetimes, heard: true },
    )
  expect([0, 29_999, 30_000, 59_999, 60_000, 299_999, 300_000].map((age) => at(age))).toEqual([
    'fresh',
    'fresh',
    'stale',
    'stale',
    'spare',
    'spare',
    'gone',
  ])
  expect(at(30_000, true)).toBe('gone')
})

test('the memory is bounded: what was asked for longest ago goes first', () => {
  const memory = createMemoryTier<string>(2)
  const entry = { version: 1, value: 'x', loadedAt: 0, freshMilliseconds: 1, isDoubtful: false, failedAt: null }
  memory.set('a', entry)
  memory.set('b', entry)
  memory.get('a')
  memory.set('c', entry)
  expect(['a', 'b', 'c'].map((key) => memory.get(key) !== undefined)).toEqual([true, false, true])
})

test('its metrics are there from the start and tell where each value came from', async () => {
  const { state, get, metrics } = setUp()
  const text = () => metrics.registry.metrics()
  expect(await text()).toContain('cache_load_total{cache="things"} 0')
  await get()
  await get()
  state.heard = false
  expect(await text()).toContain('cache_requests_total{cache="things",result="miss"} 1')
  expect(await text()).toContain('cache_requests_total{cache="things",result="hit"} 1')
  expect(await text()).toContain('cache_degraded{cache="things"} 1')
})
