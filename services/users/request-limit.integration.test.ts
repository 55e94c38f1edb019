import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { bypassHeader, bypassToken } from '../kit/rate-limit/bypass.ts'
import { withoutRedis } from '../kit/testing/redis-server.ts'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { type LimitedUsers, leftOf, limitedUsers } from './testing/limited-users.ts'

const bypassKey = 'q7Rk0zVb9LxN2mWc5TjH8sYd4GfP1aEu'
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) }))),
})

describe.skipIf(withoutRedis !== '')(`the limit of requests${withoutRedis}`, () => {
  let users: LimitedUsers
  let one: ServiceProcess
  let other: ServiceProcess
  let authorization: string
  beforeAll(async () => {
    users = await limitedUsers()
    one = await users.start({ RATE_LIMIT_BYPASS_KEY: bypassKey })
    other = await users.start()
    authorization = await users.authorization(one)
  })
  afterAll(() => users.close())

  const me = (process: ServiceProcess, headers: Record<string, string>) =>
    fetch(`${process.url}/api/v1/users/me`, { headers: { authorization, ...headers } })

  test('G4: of a thousand requests over two processes within one window a hundred are answered', async () => {
    for (const client of ['198.51.100.1', '2001:db8::1', '198.51.100.3']) {
      const answers = await Promise.all(
        Array.from({ length: 1_000 }, (_, index) => me(index % 2 === 0 ? one : other, { 'x-forwarded-for': client })),
      )
      const counted = (status: number) => answers.filter((answer) => answer.status === status).length
      expect([counted(200), counted(429)]).toEqual([100, 900])
      const left = answers.filter(({ status }) => status === 200).map(leftOf)
      expect(left.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index))
      await Promise.all(answers.map((answer) => answer.body?.cancel()))
    }
  })

  test('X28: every limited route says the policy and what is left, whatever it answers, and documents its 429', async () => {
    const document = documentSchema.parse(await (await fetch(`${one.url}/openapi.json`)).json())
    const operations = Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/api/v1/'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { responses }]) => ({ path, method, responses })),
      )
    expect(operations.length).toBeGreaterThan(15)
    for (const [index, { path, method, responses }] of operations.entries()) {
      const answer = await fetch(`${one.url}${path.replaceAll(/\{\w+\}/g, 'x')}`, {
        method: method.toUpperCase(),
        headers: { 'x-forwarded-for': `203.0.113.${index}` },
      })
      await answer.body?.cancel()
      const shown = [answer.headers.get('ratelimit-policy'), answer.headers.get('ratelimit')]
      expect([path, method, ...shown]).toEqual([path, method, '"client";q=100;w=60', '"client";r=99;t=60'])
      expect(Object.keys(responses)).toContain('429')
    }
    for (const path of ['/health', '/.well-known/jwks.json', '/openapi.json']) {
      expect((await fetch(`${one.url}${path}`)).headers.get('ratelimit')).toBeNull()
    }
  })

  test('X28: what is refused tells when to come back and which policy it violated', async () => {
    const from = { 'x-forwarded-for': '198.51.100.7' }
    await Promise.all(Array.from({ length: 100 }, () => me(one, from)))
    const refused = await me(other, from)
    const seconds = Number(/;t=(\d+)$/.exec(refused.headers.get('ratelimit') ?? '')?.[1])
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(seconds)
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(await refused.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      'violated-policies': ['client'],
    })
  })

  test('A36: the bypass passes the limit where the key is set, and nowhere else', async () => {
    const header = { [bypassHeader]: bypassToken(bypassKey, new Date()), 'x-forwarded-for': '198.51.100.7' }
    const wrong = { ...header, [bypassHeader]: bypassToken(`${bypassKey}!`, new Date()) }
    expect((await me(one, header)).status).toBe(200)
    expect((await me(one, wrong)).status).toBe(429)
    expect((await me(other, header)).status).toBe(429)
  })

  test('G6: without a trusted hop no header of a client changes who he is', async () => {
    const direct = await users.start({ TRUSTED_PROXY_HOPS: '0', RATE_LIMIT_REQUESTS: '20' })
    const invented = (index: number): Record<string, string> => ({
      'x-forwarded-for': `10.1.1.${index}`,
      forwarded: `for=10.1.1.${index}`,
      'x-real-ip': `10.1.1.${index}`,
    })
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => (await me(direct, invented(index))).status),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(20)
  })
})
