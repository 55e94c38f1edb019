import { join } from 'node:path'
import { type RedisServer, startRedisServer } from '../../kit/testing/redis-server.ts'
import { type ServiceProcess, startService } from '../../kit/testing/service-process.ts'
import { testDatabase } from '../../kit/testing/test-database.ts'
import type { UsersTables } from '../schema.ts'
import { usersService } from '../users-service.ts'
import { loginAnswer, post, testPrivateKey } from './test-users.ts'

export type LimitedUsers = {
  readonly redis: RedisServer
  /** One more process, behind one proxy, on the same database and Redis. */
  start(settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>
  /** The header of somebody who is signed in; asked for from an address that no test uses. */
  authorization(process: ServiceProcess): Promise<string>
  close(): Promise<void>
}

const main = join(import.meta.dirname, '..', 'main.ts')

/** The users service as processes of their own that share a Redis. */
export async function limitedUsers(): Promise<LimitedUsers> {
  const database = await testDatabase<UsersTables>(usersService.migrations)
  const redis = await startRedisServer()
  const running: ServiceProcess[] = []
  const keys = JSON.stringify([testPrivateKey('one')])
  return {
    redis,
    async start(settings = {}) {
      const started = await startService(main, {
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        JWT_PRIVATE_KEYS: keys,
        TOKEN_KEY: 'the key of the tests, of 32 characters or more',
        PUBLIC_BASE_URL: 'https://shop.test',
        AUTH_UNVERIFIED_LOGIN: 'allow',
        TRUSTED_PROXY_HOPS: '1',
        ...settings,
      })
      running.push(started)
      return started
    },
    async authorization(process) {
      const from = { 'x-forwarded-for': '192.0.2.250' }
      const account = { email: 'ada@limits.example', password: 'correct horse battery' }
      await fetch(`${process.url}/api/v1/auth/register`, post({ ...account, name: 'Ada' }, from))
      const answer = await fetch(`${process.url}/api/v1/auth/login`, post(account, from))
      return `Bearer ${loginAnswer.parse(await answer.json()).access_token}`
    },
    async close() {
      await Promise.all(running.map((process) => process.kill()))
      await redis.stop()
      await database.drop()
    },
  }
}

/** What the RateLimit header says is left. */
export function leftOf(answer: Response): number {
  return Number(/;r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1])
}
