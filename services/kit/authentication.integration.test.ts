import { once } from 'node:events'
import net from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { users as anyUser } from './access.ts'
import { createTokenVerifier } from './authentication.ts'
import { createGuard } from './guard.ts'
import { createShopServer } from './http-server.ts'
import { createMetrics } from './metrics.ts'
import { openPeer } from './peer.ts'
import { createPeerMetrics } from './peer-metrics.ts'
import { peerPolicies } from './peer-policies.ts'
import { type RemoteKeys, remoteKeys } from './remote-keys.ts'
import { createRoutes } from './routes.ts'
import { type ScriptedServer, scriptedServer } from './testing/scripted-server.ts'
import { sessionsOfTokens } from './testing/sessions-of-tokens.ts'
import { keptLog, type TestApp, testApp } from './testing/test-app.ts'
import { testKey, testToken } from './testing/token-kit.ts'

const now = new Date()
const known = testKey('known')
const keySet = { status: 200, json: { keys: [known.jwk] } } as const
let users: ScriptedServer
let service: TestApp
let keys: RemoteKeys

beforeEach(async () => {
  users = await scriptedServer()
  users.script(({ path }) => (path === '/.well-known/jwks.json' ? keySet : undefined))
  open()
})
afterEach(async () => {
  keys.close()
  await users.close()
})

function open() {
  const { logger } = keptLog()
  const metrics = createPeerMetrics(createMetrics())
  keys = remoteKeys(openPeer({ name: 'users', url: users.url, policy: peerPolicies.users, metrics, logger }))
  const routes = createRoutes()
  const verify = createTokenVerifier({
    keys: keys.find,
    issuer: 'shop-users',
    audience: 'product-catalog',
    now: () => now,
  })
  const access = { me: anyUser } as const
  const guard = createGuard({ access, verify, sessions: sessionsOfTokens })
  routes.get('/me', guard.user('me').middleware, (c) => c.json(c.get('principal')))
  service = testApp(routes)
}

const ask = async (key = known) =>
  (await service.app.request('/me', { headers: { authorization: `Bearer ${await testToken(key, now)}` } })).status

test('A23: the keys are fetched once, and once more for many that are unknown', async () => {
  expect([await ask(), await ask(), users.calls.length]).toEqual([200, 200, 1])
  expect(await Promise.all(Array.from({ length: 50 }, (_, index) => ask(testKey(`k${index}`))))).toEqual(
    Array.from({ length: 50 }, () => 401),
  )
  expect([users.calls.length, users.unplanned]).toEqual([2, []])
})

test('A4: a key that a token names by an address is not fetched', async () => {
  await ask()
  users.forget()
  for (const name of ['jku', 'x5u']) {
    const token = await testToken(known, now, { header: { [name]: `${users.url}/evil`, kid: 'evil' } })
    const { status, headers } = await service.app.request('/me', { headers: { authorization: `Bearer ${token}` } })
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
  }
  expect([users.calls.map(({ path }) => path), users.unplanned]).toEqual([['/.well-known/jwks.json'], []])
})

test('A4: two Authorization headers are refused, and 100 KB of token is a 431, each as a problem', async () => {
  const server = createShopServer(service.app.fetch, keptLog().logger)
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  const bearer = `Authorization: Bearer ${await testToken(known, now)}`
  const send = async (lines: readonly string[]) => {
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    let answer = ''
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk
    })
    // What does not fit is answered and cut off while it is still being sent.
    socket.on('error', () => undefined)
    socket.write(['GET /me HTTP/1.1', 'Host: shop.test', 'Connection: close', ...lines, '', ''].join('\r\n'))
    await once(socket, 'close')
    return answer
  }
  expect(await send([bearer])).toMatch(/^HTTP\/1.1 200 /)
  const double = await send([bearer, bearer])
  expect(double).toMatch(/^HTTP\/1.1 401 [\s\S]*www-authenticate: Bearer error="invalid_token"/i)
  const huge = await send([`Authorization: Bearer ${'x'.repeat(100 * 1024)}`])
  expect(huge).toMatch(/^HTTP\/1.1 431 [\s\S]*application\/problem\+json[\s\S]*request\/headers-too-large/i)
  await server.close({ idleGraceMilliseconds: 0, drainMilliseconds: 1_000 })
})

test('without any key nobody is let in, and it is said that it is us', async () => {
  for (const answer of ['reset', { status: 500, text: 'down' }, { status: 200, text: '<html>' }] as const) {
    keys.close()
    users.script(() => answer)
    open()
    expect(await ask()).toBe(503)
  }
})

test('who asked a replica that was going away asks once more', async () => {
  keys.close()
  let asked = 0
  users.script(() => (++asked === 1 ? 'reset' : keySet))
  open()
  expect(await ask()).toBe(200)
})

test('A23: keys once fetched go on when the users service is gone', async () => {
  expect(await ask()).toBe(200)
  users.script(() => 'reset')
  expect(await ask()).toBe(200)
})
