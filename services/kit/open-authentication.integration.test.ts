import { afterEach, beforeEach, expect, test } from 'vitest'
import { services } from '../registry.ts'
import { admins, users as anyUser } from './access.ts'
import { createMetrics } from './metrics.ts'
import { type Authentication, openAuthentication } from './open-authentication.ts'
import { createPeerMetrics } from './peer-metrics.ts'
import { createRoutes } from './routes.ts'
import { type Script, type ScriptedAnswer, type ScriptedServer, scriptedServer } from './testing/scripted-server.ts'
import { keptLog, type TestApp, testApp } from './testing/test-app.ts'
import { testKey, testToken } from './testing/token-kit.ts'

const access = { change: anyUser, read: anyUser, administer: admins } as const
const key = testKey('known')
const userId = '0190c4b0-0000-7000-8000-000000000001'
const settings = {
  TOKEN_ISSUER: 'shop-users',
  SERVICE_CLIENT_ID: 'product-catalog',
  SERVICE_CLIENT_SECRET: 'a secret of the tests, not of anyone else',
} as const
let users: ScriptedServer
let role: 'user' | 'admin'
let authentication: Authentication<typeof access>
let service: TestApp

const good: Script = ({ path }) => {
  if (path === '/.well-known/jwks.json') return { status: 200, json: { keys: [key.jwk] } }
  if (path === '/internal/v1/service-token') {
    return { status: 200, json: { access_token: 'token', token_type: 'Bearer', expires_in: 600 } }
  }
  return { status: 200, json: { state: 'live', user_id: userId, role, email_verified: true } }
}

beforeEach(async () => {
  users = await scriptedServer()
  users.script(good)
  role = 'admin'
  const metrics = createMetrics()
  authentication = openAuthentication({
    access,
    facts: services.catalog,
    settings: { ...settings, USERS_URL: users.url },
    metrics,
    peerMetrics: createPeerMetrics(metrics),
    logger: keptLog().logger,
    now: () => new Date(),
  })
  const { guard } = authentication
  const routes = createRoutes()
  routes.post('/change', guard.user('change').middleware, (c) => c.json(c.get('principal').role))
  routes.get('/read', guard.user('read').middleware, (c) => c.json(c.get('principal').role))
  routes.post('/administer', guard.user('administer').middleware, (c) => c.json(c.get('principal').role))
  service = testApp(routes, { metrics })
  await authentication.tokens.authorizationFor('user-management')
})
afterEach(async () => {
  authentication.close()
  await users.close()
})

async function ask(path: '/change' | '/read' | '/administer', claims: Readonly<Record<string, unknown>> = {}) {
  const authorization = `Bearer ${await testToken(key, new Date(), { claims })}`
  const method = path === '/read' ? 'GET' : 'POST'
  const startedAt = performance.now()
  const response = await service.app.request(path, { method, headers: { authorization, 'x-request-id': 'mine' } })
  return { status: response.status, body: await response.json(), took: performance.now() - startedAt }
}
const admin = { role: 'admin', sid: '0190c4b0-0000-7000-8000-00000000000a' }
const lookups = () => users.calls.filter(({ path }) => path.startsWith('/internal/v1/sessions/'))

test('A8: the role is the one that the account has now, also where an admin reads what users read', async () => {
  expect(await ask('/read', admin)).toMatchObject({ status: 200, body: 'admin' })
  expect(lookups().map(({ headers }) => headers['x-request-id'])).toEqual(['mine'])
  role = 'user'
  const demoted = { ...admin, sid: '0190c4b0-0000-7000-8000-00000000000b' }
  expect(await ask('/read', demoted)).toMatchObject({ status: 200, body: 'user' })
  expect(await ask('/administer', demoted)).toMatchObject({ status: 403 })
})

test('A25: a login that has ended reads nothing, not even what is its own', async () => {
  role = 'user'
  expect(await ask('/read')).toMatchObject({ status: 200, body: 'user' })
  users.script((call) => (lookups().includes(call) ? { status: 200, json: { state: 'ended' } } : good(call)))
  const sid = '0190c4b0-0000-7000-8000-00000000000b'
  expect((await ask('/read', { sid })).status).toBe(401)
  expect(lookups()).toHaveLength(2)
})

const outages: [string, ScriptedAnswer][] = [
  ['never answers', 'hang'],
  ['resets', 'reset'],
  ['answers 500', { status: 500, text: '' }],
  ['answers garbage', { status: 200, text: '<html>' }],
]

test.each(outages)(
  'X15: when users %s, admins get a 503 and customers write and read on, within 3 s',
  async (_, outage) => {
    expect((await ask('/administer', admin)).status).toBe(200)
    users.script(() => outage)
    const others = { ...admin, sid: '0190c4b0-0000-7000-8000-00000000000b' }
    const [refused, changed, read] = await Promise.all([ask('/administer', others), ask('/change'), ask('/read')])
    expect([refused.status, changed.status, changed.body, read.status, read.body]).toEqual([
      503,
      200,
      'user',
      200,
      'user',
    ])
    expect(Math.max(refused.took, changed.took, read.took)).toBeLessThan(3_000)
    expect(await service.metrics.registry.metrics()).toMatch(/^auth_degraded_total 2$/m)
  },
)

test('G3: once the breaker is open no connection is tried, and admins are told when to come back', async () => {
  users.script(() => ({ status: 500, text: '' }))
  for (const last of ['1', '2', '3']) {
    const sid = `0190c4b0-0000-7000-8000-00000000000${last}`
    expect((await ask('/administer', { role: 'admin', sid })).status).toBe(503)
  }
  users.forget()
  expect((await ask('/administer', admin)).status).toBe(503)
  expect((await ask('/change')).status).toBe(200)
  expect(users.calls).toEqual([])
  await expect(authentication.optionalChecks.users?.()).rejects.toThrow('users')
})
