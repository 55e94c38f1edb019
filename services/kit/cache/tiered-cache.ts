import type { Cache, Cached, Codec, Load } from './cache.ts'
import type { CacheMetrics } from './cache-metrics.ts'
import { type Flight, fillWithinMilliseconds, startFlight } from './flight.ts'
import { type Freshness, freshnessOf, type Lifetimes, lifetimes, spreadLifetime } from './freshness.ts'
import { createMemoryTier, type MemoryEntry } from './memory-tier.ts'
import type { SharedTier } from './shared-tier.ts'

export type CacheParts<Value> = {
  /** The label of metrics. */
  readonly name: string
  readonly codec: Codec<Value>
  /** Entries of this process at most. */
  readonly entries: number
  readonly shared: SharedTier | null
  /** Whether changes by other processes are heard of now. */
  heard(): boolean
  readonly metrics: CacheMetrics
  /** Milliseconds that never go back. */
  elapsed(): number
  readonly lives?: Lifetimes
}

/** Nobody waits for a database that did not answer a moment ago, as long as there is something to serve. */
const holdOffMilliseconds = 1_000

export function createCache<Value>(parts: CacheParts<Value>): Cache<Value> {
  const { name, shared, metrics, elapsed, lives = lifetimes } = parts
  const memory = createMemoryTier<Value>(parts.entries)
  const flights = new Map<string, Flight<Value>>()
  let doubtfulUntil = Number.NEGATIVE_INFINITY
  metrics.watch(name, () => !parts.heard() || (shared?.isDegraded() ?? false))

  function freshness(entry: MemoryEntry<Value> | undefined): Freshness {
    if (entry === undefined) return 'gone'
    const { version, loadedAt, freshMilliseconds, isDoubtful } = entry
    const kept = { ageMilliseconds: elapsed() - loadedAt, freshMilliseconds, isAbsent: version === 0, isDoubtful }
    return freshnessOf(kept, { lives, heard: parts.heard() })
  }

  function served({ value, loadedAt }: MemoryEntry<Value>): Cached<Value> {
    return { value, ageSeconds: Math.floor(Math.max(elapsed() - loadedAt, 0) / 1_000) }
  }

  function flightOf(key: string, load: Load<Value>): Flight<Value> {
    const running = flights.get(key)
    if (running !== undefined) return running
    const flight: Flight<Value> = startFlight({
      key,
      load,
      ...parts,
      memory,
      lives,
      freshFor: (isAbsent) => spreadLifetime(isAbsent ? lives.absent : lives.fresh, Math.random()),
      isDoubtful: (loadedAt) => loadedAt < doubtfulUntil,
      ended() {
        if (flights.get(key) === flight) flights.delete(key)
      },
    })
    flights.set(key, flight)
    return flight
  }

  /** Who began to load before a change may go on for those who wait for it, but keeps nothing. */
  function supersede(key: string): void {
    flights.get(key)?.supersede()
    flights.delete(key)
  }

  function forget(): void {
    for (const key of [...flights.keys()]) supersede(key)
    memory.clear()
  }

  return {
    async get(key, load) {
      const held = memory.get(key)
      const state = freshness(held)
      if (held !== undefined && state === 'fresh') {
        metrics.countRequest(name, 'hit')
        return served(held)
      }
      const spared = held !== undefined && state !== 'gone' ? held : null
      if (spared !== null && (state === 'stale' || isHeldOff(spared, elapsed()))) {
        if (!isHeldOff(spared, elapsed())) flightOf(key, load).first.catch(() => undefined)
        metrics.countRequest(name, 'stale')
        return served(spared)
      }
      try {
        const { entry, result } = await flightOf(key, load).first
        metrics.countRequest(name, result)
        return served(entry)
      } catch (error) {
        const last = memory.get(key)
        if (last === undefined || freshness(last) === 'gone') {
          metrics.countRequest(name, 'error')
          throw error
        }
        metrics.countRequest(name, 'stale')
        return served(last)
      }
    },
    async drop(key, version) {
      supersede(key)
      memory.drop(key, version)
      await shared?.drop(key, version)
    },
    async renew() {
      forget()
      await shared?.renew()
    },
    forget,
    doubt() {
      forget()
      // What is filled in within that time may have been loaded before.
      doubtfulUntil = elapsed() + fillWithinMilliseconds
    },
  }
}

function isHeldOff({ failedAt }: MemoryEntry<unknown>, now: number): boolean {
  return failedAt !== null && now - failedAt < holdOffMilliseconds
}
