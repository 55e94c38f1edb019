import { expect, test } from 'vitest'
import { profileJourney } from './profile-journey.ts'
import { type JourneyMeans, runJourneys } from './run-journeys.ts'

type Answering = (request: { readonly method: string; readonly path: string }) => Response | Promise<Response>

const login = () => Response.json({ access_token: 'ey-access', refresh_token: 'refresh-1', token_type: 'Bearer' })

/** As far as an account goes: registers, logs in, has no orders and is closed. */
const account: Answering = ({ method, path }) => {
  if (path === '/api/v1/auth/register') return new Response('{}', { status: 202 })
  if (path === '/api/v1/auth/login') return login()
  if (path === '/api/v1/orders') return Response.json({ data: [] })
  if (method === 'DELETE') return new Response(null, { status: 204 })
  return new Response('{}', { status: 500 })
}

/** A walk with two buttons, and what it asked for. */
const walking = (answering: Answering) => {
  const asked: string[] = []
  const secrets: string[] = []
  const first = new AbortController()
  const second = new AbortController()
  const means: JourneyMeans = {
    entry: { url: 'http://entry.test', headers: {} },
    secondsPerStep: 5,
    interrupted: first.signal,
    abandoned: second.signal,
    keepSecret: (secret) => secrets.push(secret),
    async fetch(target, { method = 'GET', signal } = {}) {
      const { pathname } = new URL(String(target))
      asked.push(`${method} ${pathname}`)
      const { promise, reject } = Promise.withResolvers<never>()
      signal?.addEventListener('abort', () => reject(signal.reason))
      return Promise.race([promise, answering({ method, path: pathname })])
    },
  }
  const walk = () => runJourneys([profileJourney], { ...means, lacks: () => null })
  return {
    walk,
    asked,
    secrets,
    interrupt: () => first.abort(new Error('SIGINT')),
    abandon: () => second.abort(new Error('SIGINT')),
  }
}

const closing = ['POST /api/v1/auth/login', 'GET /api/v1/orders', 'DELETE /api/v1/users/me']

test('after a step that failed nothing is tried but the way back', async () => {
  const { walk, asked } = walking(account)
  const [journey] = await walk()
  expect(journey).toMatchObject({ result: 'failed', leftBehind: [] })
  expect(journey?.steps.map(({ result }) => result)).toEqual([
    'passed',
    'passed',
    'failed',
    ...Array(5).fill('skipped'),
  ])
  expect(journey?.steps[2]?.failure).toBe('ada reads her profile: GET /api/v1/users/me answered 500 instead of 200: {}')
  expect(asked.slice(3)).toEqual(closing)
})

test('what was asked when Ctrl-C came is waited for, and then taken away', async () => {
  const { walk, asked, interrupt } = walking((request) => {
    if (request.path === '/api/v1/auth/register') interrupt()
    return account(request)
  })
  const [journey] = await walk()
  expect(journey).toMatchObject({ result: 'interrupted', leftBehind: [] })
  expect(asked).toEqual(['POST /api/v1/auth/register', ...closing])
})

test('a second Ctrl-C waits for nothing, and says what is left', async () => {
  const { walk, asked, interrupt, abandon } = walking(({ path }) => {
    if (path !== '/api/v1/auth/register') throw new Error('asked')
    interrupt()
    setImmediate(abandon)
    return new Promise<Response>(() => undefined)
  })
  const [journey] = await walk()
  expect(journey?.result).toBe('interrupted')
  expect(journey?.leftBehind).toEqual([
    expect.stringMatching(/^the account journey-\S+@shop\.example \(nobody waited for its closing\)$/),
  ])
  expect(asked.length).toBeLessThanOrEqual(2)
})

test('an account that nobody heard of, and that opens nothing, is not left behind', async () => {
  const { walk } = walking(() => new Response('{}', { status: 401 }))
  expect((await walk())[0]).toMatchObject({ result: 'failed', leftBehind: [] })
})

test('a moment without an answer does not keep an account from being closed', async () => {
  let closed = 0
  const { walk } = walking((request) => {
    if (request.method === 'DELETE') closed += 1
    return request.method === 'DELETE' && closed < 3 ? new Response('{}', { status: 503 }) : account(request)
  })
  expect((await walk())[0]?.leftBehind).toEqual([])
  expect(closed).toBe(3)
})

test('every password and token is kept as a secret before it is used', async () => {
  const { walk, secrets } = walking(account)
  await walk()
  expect(secrets).toEqual(expect.arrayContaining(['ey-access', 'refresh-1', expect.stringMatching(/opens nothing$/)]))
})
