import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startRedisServer, withoutRedis } from '../kit/testing/redis-server.ts'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { type LimitedUsers, leftOf, limitedUsers } from './testing/limited-users.ts'
import { post } from './testing/test-users.ts'

const quota = 10
const codeSchema = z.object({ code: z.string() })

describe.skipIf(withoutRedis !== '')(`users without Redis${withoutRedis}`, () => {
  let users: LimitedUsers
  let one: ServiceProcess
  let other: ServiceProcess
  let authorization: string
  let client = 0
  beforeAll(async () => {
    users = await limitedUsers()
    one = await users.start({ RATE_LIMIT_REQUESTS: String(quota) })
    other = await users.start({ RATE_LIMIT_REQUESTS: String(quota) })
    authorization = await users.authorization(one)
  })
  afterAll(() => users.close())

  const newClient = (): Record<string, string> => {
    client += 1
    return { 'x-forwarded-for': `203.0.113.${client}` }
  }
  const me = (process: ServiceProcess, from: Record<string, string>) =>
    fetch(`${process.url}/api/v1/users/me`, { headers: { authorization, ...from } })
  const degraded = async () =>
    Number(/^ratelimit_degraded_total (\d+)$/m.exec(await (await fetch(one.metricsUrl)).text())?.[1])

  /** Twice the limit at once: how many logins were tried, how many were limited. */
  async function logins(from: Record<string, string>) {
    const answers = await Promise.all(
      Array.from({ length: 2 * quota }, async (_, index) => {
        const body = { email: `nobody-${client}-${index}@limits.example`, password: 'not the password' }
        const answer = await fetch(`${one.url}/api/v1/auth/login`, post(body, from))
        return `${answer.status} ${codeSchema.parse(await answer.json()).code}`
      }),
    )
    const limited = answers.filter((answer) => answer === '429 request/limited').length
    return { tried: answers.filter((answer) => answer === '401 auth/credentials-wrong').length, limited }
  }

  /** Whether a request to one process is seen by the other. */
  async function isShared(): Promise<boolean> {
    const from = newClient()
    await me(one, from)
    return leftOf(await me(other, from)) === quota - 2
  }

  async function expectLimitedAlone(): Promise<void> {
    const before = await degraded()
    const startedAt = performance.now()
    expect(await logins(newClient())).toEqual({ tried: quota, limited: quota })
    const from = newClient()
    const others = await Promise.all(Array.from({ length: 3 * quota }, () => me(one, from)))
    expect(others.filter(({ status }) => status === 200)).toHaveLength(3 * quota)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(await degraded()).toBe(before + 5 * quota)
    const ready = await fetch(`${one.url}/health?check=ready`)
    expect([ready.status, await ready.json()]).toEqual([
      200,
      expect.objectContaining({ status: 'degraded', checks: expect.objectContaining({ redis: 'down' }) }),
    ])
  }

  test('A35, X26: Redis frozen, gone and back: logins stay limited, other routes open, counts are shared again', async () => {
    expect(await isShared()).toBe(true)
    expect(await logins(newClient())).toEqual({ tried: quota, limited: quota })
    expect(await degraded()).toBe(0)

    users.redis.signal('SIGSTOP')
    await expectLimitedAlone()
    users.redis.signal('SIGCONT')
    await expect.poll(isShared, { timeout: 5_000, interval: 200 }).toBe(true)

    await users.redis.stop()
    await expectLimitedAlone()
    const back = await startRedisServer(users.redis.port)
    try {
      await expect.poll(isShared, { timeout: 5_000, interval: 200 }).toBe(true)
      expect(await logins(newClient())).toEqual({ tried: quota, limited: quota })
      await expect
        .poll(async () => (await (await fetch(`${one.url}/health?check=ready`)).text()).includes('"redis":"up"'), {
          timeout: 5_000,
        })
        .toBe(true)
    } finally {
      await back.stop()
    }
  })
})
