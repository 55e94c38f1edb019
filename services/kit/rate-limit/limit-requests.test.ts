import { expect, test } from 'vitest'
import { z } from 'zod'
import { createMetrics } from '../metrics.ts'
import { Problem, problems } from '../problems.ts'
import { createRoutes } from '../routes.ts'
import { commonSettings, readSettings, type SettingsSource } from '../settings.ts'
import { testApp } from '../testing/test-app.ts'
import { bypassHeader, bypassToken } from './bypass.ts'
import { createRateLimiter } from './insured-rate-limiter.ts'
import { limitRequests } from './limit-requests.ts'
import { memoryRateStore } from './memory-rate-store.ts'
import { createRateMetrics } from './rate-metrics.ts'
import type { RateStore } from './rate-store.ts'

// Looks like a real one, because production refuses examples anyway.
const bypassKey = 'q7Rk0zVb9LxN2mWc5TjH8sYd4GfP1aEu'
const broken: RateStore = {
  take: async () => Promise.reject(new Error('away')),
}

function limitedApp({
  quota = 3,
  shared = null,
}: {
  readonly quota?: number
  readonly shared?: RateStore | null
} = {}) {
  const metrics = createMetrics()
  const state = { elapsed: 0, now: new Date('2026-01-01T12:00:30Z') }
  const routes = createRoutes()
  routes.get('/open', (c) => c.json({}))
  routes.get('/closed', () => {
    throw new Problem(problems.unauthenticated)
  })
  routes.post('/auth/login', (c) => c.json({}))
  const limit = limitRequests({
    limiter: createRateLimiter({ shared, own: memoryRateStore(() => state.elapsed) }),
    policy: { name: 'client', quota, windowSeconds: 60 },
    metrics: createRateMetrics(metrics, ['client']),
    trustedProxyHops: 1,
    alwaysLimited: ['/auth/'],
    bypassKey,
    now: () => state.now,
  })
  const { app } = testApp(routes, { metrics, limit, bodyLimits: { '/auth': 10 } })
  const send = (path: string, { from = '1.2.3.4', headers = {}, ...more }: Sending = {}) =>
    app.request(path, { ...more, headers: { 'x-forwarded-for': from, ...headers } })
  const counts = async () =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('ratelimit'))
  return { state, send, counts }
}
type Sending = { method?: string; body?: string; from?: string; headers?: Record<string, string> }

test.each([
  ['200', '/open', {}],
  ['401', '/closed', {}],
  ['404', '/nowhere', {}],
  ['405', '/open', { method: 'DELETE' }],
  ['400', '/open?q=%00', {}],
  ['413', '/auth/login', { method: 'POST', body: '"01234567890123456789"' }],
])('X28: an answer %s says the policy and what is left', async (status, path, request: Sending) => {
  const { send } = limitedApp({ quota: 100 })
  const headers = request.body === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await send(path, { ...request, headers })
  expect(String(answer.status)).toBe(status)
  expect(answer.headers.get('ratelimit-policy')).toBe('"client";q=100;w=60')
  expect(answer.headers.get('ratelimit')).toBe('"client";r=99;t=60')
})

test('X28: one too many is a 429 that names the violated policy and when to come back', async () => {
  const { send, state, counts } = limitedApp()
  for (const left of [2, 1, 0]) {
    expect((await send('/closed')).headers.get('ratelimit')).toBe(`"client";r=${left};t=60`)
  }
  state.elapsed = 20_500
  const refused = await send('/open')
  expect(refused.status).toBe(429)
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  expect(refused.headers.get('ratelimit')).toBe('"client";r=0;t=40')
  expect(refused.headers.get('retry-after')).toBe('40')
  expect(await refused.json()).toMatchObject({
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    status: 429,
    code: 'request/limited',
    'violated-policies': ['client'],
  })
  expect((await send('/open', { from: '1.2.3.5' })).status).toBe(200)
  state.elapsed = 60_000
  expect((await send('/open')).status).toBe(200)
  expect(await counts()).toContain('ratelimit_decisions_total{policy="client",result="limited"} 1')
})

test('G6: a client is what the trusted hop says, an IPv6 client its /64, a mapped IPv4 address itself', async () => {
  const { send } = limitedApp({ quota: 1 })
  const statusOf = async (from: string) => (await send('/open', { from })).status
  expect(await statusOf('9.9.9.9, 1.2.3.4')).toBe(200)
  expect(await statusOf('8.8.8.8, 1.2.3.4')).toBe(429)
  expect(await statusOf('::ffff:1.2.3.4')).toBe(429)
  expect(await statusOf('::ffff:0102:0304')).toBe(429)
  expect(await statusOf('2001:db8:0:1::1')).toBe(200)
  expect(await statusOf('2001:0db8:0:0001:ffff:ffff:ffff:ffff')).toBe(429)
  expect(await statusOf('2001:db8:0:2::1')).toBe(200)
  const other = { forwarded: 'for=7.7.7.7', 'x-real-ip': '7.7.7.7' }
  expect((await send('/open', { headers: other })).status).toBe(429)
})

test('A35: without its store the login stays limited, other routes are open, and each such request is counted', async () => {
  const { send, counts } = limitedApp({ shared: broken })
  const statuses = async (path: string, method: string) => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(path, { method, from: '5.5.5.5' })))
    return answers.map(({ status }) => status).toSorted((a, b) => a - b)
  }
  expect(await statuses('/auth/login', 'POST')).toEqual([...Array(3).fill(200), ...Array(7).fill(429)])
  expect(await statuses('/open', 'GET')).toEqual(Array(10).fill(200))
  expect(await counts()).toContain('ratelimit_degraded_total 20')
})

test('A36: only an HMAC over the running minute passes the limit; wrong and old ones are ignored', async () => {
  const { send, state } = limitedApp({ quota: 1 })
  const minutes = (count: number) => new Date(state.now.getTime() + count * 60_000)
  const statusOf = async (value: string) => (await send('/open', { headers: { [bypassHeader]: value } })).status
  const good = bypassToken(bypassKey, state.now)
  expect([await statusOf(good), await statusOf(good), await statusOf(good)]).toEqual([200, 200, 200])
  expect((await send('/open')).status).toBe(200)
  const ignored = [
    bypassToken(bypassKey, minutes(-1)),
    bypassToken(bypassKey, minutes(1)),
    bypassToken(`${bypassKey}!`, state.now),
    good.toUpperCase(),
    good.slice(1),
    bypassKey,
    '',
    '1',
  ]
  for (const value of ignored) expect(await statusOf(value)).toBe(429)
  state.now = new Date('2026-01-01T12:01:04Z')
  expect(await statusOf(good)).toBe(200)
  state.now = new Date('2026-01-01T12:01:06Z')
  expect(await statusOf(good)).toBe(429)
})

test('A36: the key of the bypass refuses to start in production, and a short one everywhere', () => {
  const schema = z.object(commonSettings)
  const faults = (environment: SettingsSource['environment']) => {
    const reading = readSettings(schema, { environment, readFile: () => '' })
    return reading.ok ? [] : reading.faults.map(({ name }) => name)
  }
  const settings = { DATABASE_URL: 'postgres://x', RATE_LIMIT_BYPASS_KEY: bypassKey }
  expect(faults({ ...settings, SHOP_ENV: 'prod' })).toEqual(['RATE_LIMIT_BYPASS_KEY'])
  expect(faults({ ...settings, SHOP_ENV: 'staging' })).toEqual([])
  expect(faults({ ...settings, SHOP_ENV: 'staging', RATE_LIMIT_BYPASS_KEY: 'short' })).toEqual([
    'RATE_LIMIT_BYPASS_KEY',
  ])
  for (const wrong of ['0', '-1', '1e3', '0x10', '99999999']) {
    expect(faults({ DATABASE_URL: 'postgres://x', SHOP_ENV: 'test', RATE_LIMIT_REQUESTS: wrong })).toEqual([
      'RATE_LIMIT_REQUESTS',
    ])
  }
})
