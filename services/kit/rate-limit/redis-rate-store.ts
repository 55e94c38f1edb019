import type { Redis } from 'ioredis'
import { z } from 'zod'
import { redisDeadlines } from '../redis.ts'
import { createRedisBreaker } from '../redis-breaker.ts'
import type { RateStore } from './rate-store.ts'

/** The time to live is set with the first count, in the same step: a window can neither be extended nor last for ever. */
const takeScript = `
local taken = redis.call('INCR', KEYS[1])
if taken == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {taken, redis.call('PTTL', KEYS[1])}`

const replySchema = z.tuple([z.int(), z.int()])

/** Counts in Redis, for all processes together. `prefix` keeps the services apart. Rejects where Redis does not answer. */
export function redisRateStore(redis: Redis, prefix: string): RateStore {
  const breaker = createRedisBreaker(redisDeadlines.limiter)
  const place = (policy: string, key: string) => `${prefix}:rate:${policy}:${key}`
  return {
    async take({ name, windowSeconds }, key) {
      const reply = await breaker.run(() => redis.eval(takeScript, 1, place(name, key), windowSeconds * 1_000))
      const [taken, resetMilliseconds] = replySchema.parse(reply)
      return { taken, resetMilliseconds: Math.max(resetMilliseconds, 0) }
    },
  }
}
