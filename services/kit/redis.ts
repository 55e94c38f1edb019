import { Redis, type RedisOptions } from 'ioredis'
import type { Logger } from './logging.ts'
import { inTime } from './redis-breaker.ts'
import type { CommonSettings } from './settings.ts'

/** Two clients of one server, because each waits differently (operations.md: calls to others). */
export type RedisClients = {
  /** For commands that give up after `redisDeadlines.cache`; never queues. */
  readonly cache: Redis
  /** For commands that give up after `redisDeadlines.limiter`; never queues. */
  readonly limiter: Redis
  /** For readiness: rejects where the server does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

/** How long a reply is waited for: what asks Redis does so through a breaker with one of these. */
export const redisDeadlines = { cache: 50, limiter: 100, check: 500 } as const

const connectMilliseconds = 200
const waitAtStartMilliseconds = 1_000
/** Longer than any command's deadline: what was sent on a lost connection has failed before there is a new one. */
const reconnectMilliseconds = { least: 150, most: 1_000 }

/** Of every client: gives up soon, never queues, connects again for ever. */
export const commonRedisOptions: Omit<RedisOptions, 'replyMapping'> = {
  connectTimeout: connectMilliseconds,
  enableOfflineQueue: false,
  // Sent again after a reconnect, an increment would count twice and a fill would be an old one.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 1,
  // The bound for connecting anew to a server that is frozen, and for a connection that died without a word.
  commandTimeout: 1_000,
  socketTimeout: 2_000,
  retryStrategy: (tries) =>
    Math.min(reconnectMilliseconds.least * 2 ** Math.min(tries - 1, 10), reconnectMilliseconds.most) +
    Math.random() * 100,
}

/** Null without REDIS_URL. Whoever asks first opens them. */
export type OpenRedis = () => Promise<RedisClients | null>

type RedisSettings = Pick<CommonSettings, 'REDIS_URL' | 'SHOP_ENV'>

/** Null without REDIS_URL: each process caches and counts for itself, which in production is worth a line. */
export async function openRedisOf(
  { REDIS_URL, SHOP_ENV }: RedisSettings,
  logger: Logger,
): Promise<RedisClients | null> {
  if (REDIS_URL !== undefined) return openRedis(REDIS_URL, logger)
  if (SHOP_ENV === 'prod') logger.warn('REDIS_URL is not set: each process caches and counts requests for itself')
  return null
}

/** Resolves when both that serve requests are connected, or after a second without: a service starts without Redis. */
export async function openRedis(url: string, logger: Logger): Promise<RedisClients> {
  const open = (name: string) => {
    const client = new Redis(url, { ...commonRedisOptions, connectionName: name })
    logOutages(client, logger.child({ redis_client: name }))
    return client
  }
  const cache = open('cache')
  const limiter = open('limiter')
  await Promise.all([waitUntilReady(cache), waitUntilReady(limiter)])
  return {
    cache,
    limiter,
    async check() {
      await inTime(cache.ping(), redisDeadlines.check)
    },
    async close() {
      for (const client of [cache, limiter]) client.disconnect()
    },
  }
}

/** One line when it goes and one when it is back. Unheard, an error would be printed by the client itself. */
export function logOutages(client: Redis, logger: Logger): void {
  let away = false
  client.on('error', (error: Error) => {
    if (!away) logger.warn({ error }, 'Redis is away')
    away = true
  })
  client.on('ready', () => {
    if (away) logger.info('Redis is back')
    away = false
  })
}

/** Or for a second. */
export async function waitUntilReady(client: Redis): Promise<void> {
  if (client.status === 'ready') return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, waitAtStartMilliseconds)
  client.once('ready', resolve)
  await promise
  clearTimeout(timer)
  client.off('ready', resolve)
}
