import type { Logger } from './logging.ts'
import { openRedisOf, type RedisClients } from './redis.ts'
import type { Checks } from './service.ts'
import type { CommonSettings } from './settings.ts'

/** One Redis for a process, opened when something of it first asks for one. */
export function serviceRedis(settings: CommonSettings, logger: Logger) {
  let opening: Promise<RedisClients | null> | undefined
  let opened: RedisClients | null = null
  return {
    open(): Promise<RedisClients | null> {
      opening ??= openRedisOf(settings, logger).then((clients) => {
        opened = clients
        return clients
      })
      return opening
    },
    /** A service can do without it for a while. */
    optionalChecks: (): Checks => (opened === null ? {} : { redis: opened.check }),
    async close(): Promise<void> {
      await opened?.close()
    },
  }
}
