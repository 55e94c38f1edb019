import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { FoundLoss } from '../loss-watch.ts'
import type { BusKeys } from './bus-keys.ts'
import { lookScript, settleScript } from './publish-scripts.ts'

const lookedSchema = z.tuple([z.string(), z.string(), z.int()])
/** The outbox is dated by another clock. */
const clocksApartMilliseconds = 60_000

/**
 * Finds out that Redis has lost something: its data has no name any more, or it runs anew, when the last second may be
 * missing even where it writes to disk. What a source has made up for is noted in Redis too, so that it is lost with it.
 */
export function createRedisLosses({ redis, keys, source }: { redis: Redis; keys: BusKeys; source: string }) {
  /** What was written before had been finished by all when it was looked at last. */
  let finishedBefore: number | null = null

  return async function find(): Promise<FoundLoss | null> {
    const runId = /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1] ?? 'unknown'
    const used = [keys.incarnation, keys.told, ...keys.streams]
    const reply = await redis.eval(lookScript, used.length, ...used, runId, `${runId} ${randomUUID()}`, source)
    const [incarnation, told, oldest] = lookedSchema.parse(reply)
    if (told === incarnation) {
      finishedBefore = oldest
      return null
    }
    const publishedSince = finishedBefore === null ? null : new Date(finishedBefore - clocksApartMilliseconds)
    return {
      loss: { publishedSince },
      async settle() {
        await redis.eval(settleScript, 2, keys.incarnation, keys.told, incarnation, source)
      },
    }
  }
}
