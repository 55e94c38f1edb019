import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { redisDeadlines } from '../redis.ts'
import { createRedisBreaker } from '../redis-breaker.ts'
import { dropScript, fillScript, readScript } from './redis-scripts.ts'
import type { SharedEntry, SharedTier } from './shared-tier.ts'

/** Longer than any load may take: whoever began one before a drop has filled it in, or failed, by then. */
const tombstoneMilliseconds = 15_000

const replySchema = z.tuple([z.string(), z.string().nullable(), z.int()])

/** As much of a client as it needs. */
export type RedisCommands = {
  eval(script: string, keys: number, ...keysAndArguments: readonly (string | number)[]): Promise<unknown>
  set(key: string, value: string): Promise<unknown>
}

export type RedisTierParts = {
  readonly redis: RedisCommands
  /** Of all keys; names the service, the cache and the shape of its values. */
  readonly prefix: string
  /** How long an entry is kept at all. */
  readonly keptMilliseconds: number
}

/**
 * Every entry names the epoch in which it was loaded. A drop that failed leaves an older value behind that nobody could
 * find later, so after one this process neither reads nor fills until it has begun a new epoch.
 */
export function createRedisTier({ redis, prefix, keptMilliseconds }: RedisTierParts): SharedTier {
  const breaker = createRedisBreaker(redisDeadlines.cache)
  const epochKey = `${prefix}:epoch`
  const keysOf = (key: string) => [epochKey, `${prefix}:entry:${key}`, `${prefix}:dropped:${key}`] as const
  // Counted: a drop that is missed while an epoch begins may be older than that epoch's first entries.
  let missedDrops = 0
  let madeUpFor = 0
  const isBehind = () => madeUpFor < missedDrops

  async function beginEpoch(): Promise<void> {
    const missedBefore = missedDrops
    await redis.set(epochKey, randomUUID())
    madeUpFor = Math.max(madeUpFor, missedBefore)
  }

  /** Null where Redis does not answer. */
  async function ask<Reply>(command: () => Promise<Reply>): Promise<Reply | null> {
    return breaker
      .run(async () => {
        if (isBehind()) await beginEpoch()
        return command()
      })
      .catch(() => null)
  }

  return {
    async read(key) {
      const [epochAt, entryAt] = keysOf(key)
      const reply = await ask(() => redis.eval(readScript, 2, epochAt, entryAt, randomUUID()))
      const parsed = replySchema.safeParse(reply)
      if (!parsed.success) return null
      const [epoch, text, leftMilliseconds] = parsed.data
      return { epoch, entry: text === null ? null : parseEntry(text, { epoch, leftMilliseconds }) }
    },
    async fill(key, { epoch, version, text, freshMilliseconds }) {
      const kept = text === null ? freshMilliseconds : keptMilliseconds
      const entry = `${epoch} ${version} ${freshMilliseconds} ${kept} ${text ?? ''}`
      // Not after a missed drop: the epoch it was loaded in is over.
      if (isBehind()) return
      await ask(() => redis.eval(fillScript, 3, ...keysOf(key), epoch, version, kept, entry))
    },
    async drop(key, version) {
      const [, entryAt, droppedAt] = keysOf(key)
      const done = await ask(() => redis.eval(dropScript, 2, entryAt, droppedAt, version, tombstoneMilliseconds))
      if (done === null) missedDrops += 1
    },
    async renew() {
      missedDrops += 1
      await ask(async () => 'done')
    },
    isDegraded: () => isBehind() || !breaker.isClosed(),
  }
}

/** Null where it is of another epoch. */
function parseEntry(
  text: string,
  { epoch, leftMilliseconds }: { readonly epoch: string; readonly leftMilliseconds: number },
): SharedEntry | null {
  const found = /^(\S+) (\d+) (\d+) (\d+) (.*)$/s.exec(text)
  if (found === null || found[1] !== epoch) return null
  const [version, freshMilliseconds, kept] = found.slice(2, 5).map(Number)
  if (version === undefined || freshMilliseconds === undefined || kept === undefined) return null
  return {
    version,
    freshMilliseconds,
    ageMilliseconds: Math.max(kept - leftMilliseconds, 0),
    text: found[5] === '' ? null : (found[5] ?? null),
  }
}
