import { failpoint } from '../failpoints.ts'
import { runOutsideRequest } from '../request-scope.ts'
import type { Codec, Load } from './cache.ts'
import type { CacheMetrics, CacheResult } from './cache-metrics.ts'
import { freshnessOf, type Lifetimes } from './freshness.ts'
import type { MemoryEntry, MemoryTier } from './memory-tier.ts'
import type { SharedAnswer, SharedTier } from './shared-tier.ts'

type Landed<Value> = { readonly entry: MemoryEntry<Value>; readonly result: CacheResult }

/** One search for one key, for all who ask meanwhile. */
export type Flight<Value> = {
  /** What can be served first: what another process had loaded, even if it has expired, else what was loaded. */
  readonly first: Promise<Landed<Value>>
  /** A change has been committed since it began: what it finds is kept nowhere in this process. */
  supersede(): void
}

export type FlightParts<Value> = {
  readonly key: string
  readonly load: Load<Value>
  readonly name: string
  readonly codec: Codec<Value>
  readonly memory: MemoryTier<Value>
  readonly shared: SharedTier | null
  readonly metrics: CacheMetrics
  readonly lives: Lifetimes
  freshFor(isAbsent: boolean): number
  /** Of what another process had loaded then. */
  isDoubtful(loadedAt: number): boolean
  elapsed(): number
  ended(): void
}

/** Well below the life of a tombstone in Redis: a reader who slept longer might not meet the one that concerns it. */
export const fillWithinMilliseconds = 10_000

export function startFlight<Value>(parts: FlightParts<Value>): Flight<Value> {
  const { key, memory, shared, elapsed } = parts
  const { promise: first, resolve, reject } = Promise.withResolvers<Landed<Value>>()
  let superseded = false
  const keep = (entry: MemoryEntry<Value>) => {
    if (!superseded) memory.set(key, entry)
    return entry
  }

  /** Ended first: who asks from now on must not join what is over. */
  function land(landed: Landed<Value>): void {
    parts.ended()
    resolve(landed)
  }

  async function fly(): Promise<void> {
    const answer = shared === null ? null : await shared.read(key)
    const found = answer === null ? null : readShared(answer, parts)
    if (found !== null) {
      const state = freshnessOf(
        {
          ageMilliseconds: elapsed() - found.loadedAt,
          freshMilliseconds: found.freshMilliseconds,
          isAbsent: found.version === 0,
          isDoubtful: found.isDoubtful,
        },
        { lives: parts.lives, heard: true },
      )
      if (state !== 'gone') keepOlder(found)
      if (state === 'fresh') return land({ entry: found, result: 'shared' })
      if (state === 'stale') resolve({ entry: found, result: 'stale' })
    }
    land({ entry: await loadAnew(answer?.epoch), result: 'miss' })
  }

  /** Another's copy is not to replace a newer one of one's own. */
  function keepOlder(found: MemoryEntry<Value>): void {
    const own = memory.get(key)
    if (own === undefined || own.loadedAt < found.loadedAt) keep(found)
  }

  async function loadAnew(epoch: string | undefined): Promise<MemoryEntry<Value>> {
    const startedAt = elapsed()
    parts.metrics.countLoad(parts.name)
    const loaded = await parts.load()
    await failpoint('cache.before_fill')
    const version = loaded?.version ?? 0
    const value = loaded?.value ?? null
    const freshMilliseconds = parts.freshFor(loaded === null)
    const entry = keep({ version, value, loadedAt: startedAt, freshMilliseconds, isDoubtful: false, failedAt: null })
    if (epoch !== undefined && elapsed() - startedAt < fillWithinMilliseconds) {
      const text = value === null ? null : parts.codec.render(value)
      // Nobody waits for it: it is of use to others.
      void shared?.fill(key, { epoch, version, text, freshMilliseconds })
    }
    return entry
  }

  runOutsideRequest(fly).catch((error: unknown) => {
    const own = memory.get(key)
    if (own !== undefined) own.failedAt = elapsed()
    parts.ended()
    reject(error)
  })
  return {
    first,
    supersede() {
      superseded = true
    },
  }
}

function readShared<Value>({ entry }: SharedAnswer, parts: FlightParts<Value>): MemoryEntry<Value> | null {
  if (entry === null) return null
  const { version, text, ageMilliseconds, freshMilliseconds } = entry
  const value = text === null ? null : parts.codec.parse(text)
  if (value === undefined) return null
  const loadedAt = parts.elapsed() - ageMilliseconds
  return { version, value, loadedAt, freshMilliseconds, isDoubtful: parts.isDoubtful(loadedAt), failedAt: null }
}
