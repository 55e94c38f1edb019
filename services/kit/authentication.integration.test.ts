import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTokenVerifier, remoteKeys, requireUser } from './authentication.ts'
import { createRoutes } from './routes.ts'
import { type ScriptedServer, scriptedServer } from './testing/scripted-server.ts'
import { type TestApp, testApp } from './testing/test-app.ts'
import { testKey, testToken } from './testing/token-kit.ts'

const now = new Date()
const known = testKey('known')
let users: ScriptedServer
let service: TestApp

beforeEach(async () => {
  users = await scriptedServer()
  users.script(({ path }) =>
    path === '/.well-known/jwks.json' ? { status: 200, json: { keys: [known.jwk] } } : undefined,
  )
  const routes = createRoutes()
  const verify = createTokenVerifier({ keys: remoteKeys(users.url), issuer: 'shop-users', now: () => now })
  routes.get('/me', requireUser(verify), (c) => c.json(c.get('principal')))
  service = testApp(routes)
})
afterEach(() => users.close())

const ask = async (key = known) =>
  (await service.app.request('/me', { headers: { authorization: `Bearer ${await testToken(key, now)}` } })).status

test('the keys are fetched once, also for many unknown keys', async () => {
  expect(await ask()).toBe(200)
  expect(await ask()).toBe(200)
  expect(await Promise.all(Array.from({ length: 50 }, (_, index) => ask(testKey(`k${index}`))))).toEqual(
    Array.from({ length: 50 }, () => 401),
  )
  expect([users.calls.length, users.unplanned]).toEqual([1, []])
})

test('a key that a token names by an address is not fetched', async () => {
  const header = { jku: `${users.url}/evil`, x5u: `${users.url}/evil`, kid: 'evil' }
  const token = await testToken(known, now, { header })
  const { status } = await service.app.request('/me', { headers: { authorization: `Bearer ${token}` } })
  expect([status, users.unplanned]).toEqual([401, []])
})

test('without any key nobody is let in, and it is said that it is us', async () => {
  users.script(() => 'reset')
  expect(await ask()).toBe(503)
  users.script(() => ({ status: 500, text: 'down' }))
  expect(await ask()).toBe(503)
})

test('who asked a replica that was going away asks once more', async () => {
  let asked = 0
  users.script(() => (++asked === 1 ? 'reset' : { status: 200, json: { keys: [known.jwk] } }))
  expect(await ask()).toBe(200)
})

test('keys once fetched go on when the users service is gone', async () => {
  expect(await ask()).toBe(200)
  users.script(() => 'reset')
  expect(await ask()).toBe(200)
})
