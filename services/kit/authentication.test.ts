import { sign } from 'node:crypto'
import { createLocalJWKSet } from 'jose'
import { expect, test } from 'vitest'
import { admins, services, users } from './access.ts'
import { createTokenVerifier } from './authentication.ts'
import { createGuard } from './guard.ts'
import { createRoutes } from './routes.ts'
import { sessionsOfTokens } from './testing/sessions-of-tokens.ts'
import { testApp } from './testing/test-app.ts'
import { type TokenChange, testKey, testServiceToken, testToken, textKey } from './testing/token-kit.ts'

const now = new Date('2026-01-31T12:00:00.000Z')
const seconds = Math.floor(now.getTime() / 1_000)
const known = testKey('known')
const stranger = testKey('stranger')
const verify = createTokenVerifier({
  keys: createLocalJWKSet({ keys: [known.jwk] }),
  issuer: 'shop-users',
  audience: 'product-catalog',
  now: () => now,
})

const access = { me: users, admin: admins, internal: services('sessions:read') } as const
const guard = createGuard({ access, verify, sessions: sessionsOfTokens })
const routes = createRoutes()
routes.get('/me', guard.user('me').middleware, (c) => c.json(c.get('principal')))
routes.get('/admin', guard.user('admin').middleware, (c) => c.json(c.get('principal').role))
routes.get('/internal', guard.caller('internal').middleware, (c) => c.json(c.get('principal')))
const { app } = testApp(routes)
const ask = (authorization: string, path = '/me') => app.request(path, { headers: { authorization } })
const token = (change?: TokenChange) => testToken(known, now, change)

const flipped = (jwt: string) => {
  const signature = Buffer.from(jwt.slice(jwt.lastIndexOf('.') + 1), 'base64url')
  signature.writeUInt8(signature.readUInt8(40) ^ 1, 40)
  return `${jwt.slice(0, jwt.lastIndexOf('.') + 1)}${signature.toString('base64url')}`
}
const pem = String(known.publicKey.export({ type: 'spki', format: 'pem' }))
/** Signed anew, because the library that signs refuses to. */
const withHeader = (jwt: string, more: object) => {
  const [header = '', payload = ''] = jwt.split('.')
  const changed = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), ...more }
  const signed = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${payload}`
  const signature = sign('sha256', Buffer.from(signed), { key: known.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}
const unsigned = (header: object, payload: string) =>
  `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.`

test('a good token lets its user in and says who that is', async () => {
  const response = await ask(`Bearer ${await token()}`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({
    kind: 'user',
    userId: '0190c4b0-0000-7000-8000-000000000001',
    sessionId: '0190c4b0-0000-7000-8000-000000000002',
    role: 'user',
    emailVerified: true,
  })
})

const expSoon = seconds + 900
test.each<[string, () => Promise<string>]>([
  ['without a signature', async () => unsigned({ alg: 'none', typ: 'at+jwt' }, (await token()).split('.')[1] ?? '')],
  ['signed with the public key as a secret', () => token({ header: { alg: 'HS256' }, key: textKey(pem) })],
  [
    'signed with the public JWK as a secret',
    () => token({ header: { alg: 'HS256' }, key: textKey(JSON.stringify(known.jwk)) }),
  ],
  ['of another issuer', () => token({ claims: { iss: 'other' } })],
  ['for another audience', () => token({ claims: { aud: 'other' } })],
  ['that expired 61 s ago', () => token({ claims: { iat: seconds - 961, exp: seconds - 61 } })],
  ['that is valid in 61 s', () => token({ claims: { nbf: seconds + 61 } })],
  ['that was issued 61 s ahead', () => token({ claims: { iat: seconds + 61 } })],
  ['that is a refresh token', async () => Buffer.alloc(32, 7).toString('base64url')],
  ['that never expires', () => token({ claims: { exp: undefined } })],
  ['whose end is a text', () => token({ claims: { exp: String(expSoon) } })],
  ['of an unknown key', () => testToken(stranger, now)],
  ['that brings its own key', () => token({ header: { jwk: stranger.jwk, kid: 'own' }, key: stranger.privateKey })],
  ['with a critical header that nobody knows', async () => withHeader(await token(), { crit: ['x'], x: 1 })],
  ['of no type', () => token({ header: { typ: undefined } })],
  ['of another type', () => token({ header: { typ: 'JWT' } })],
  ['with one bit of its signature changed', async () => flipped(await token())],
  [
    'with a signature of zeros',
    async () => `${(await token()).split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
  ],
  ['of nobody', () => token({ claims: { sub: '' } })],
  ['without a session', () => token({ claims: { sid: undefined } })],
  ['with a role that does not exist', () => token({ claims: { role: 'root' } })],
  ['for two audiences', () => token({ claims: { aud: ['shop-api', 'product-catalog'] } })],
  ['of a service, for another service', () => testServiceToken(known, now, { aud: 'user-management' })],
  ['of a service, for users', () => testServiceToken(known, now, { aud: 'shop-api' })],
  ['of a service, with no scope', () => testServiceToken(known, now, { aud: 'product-catalog', scope: undefined })],
  ['of a user, for a service', () => token({ claims: { aud: 'product-catalog' } })],
  ['of 8 KB of junk', async () => 'x'.repeat(8_192)],
])('A4: a token %s is refused', async (_, make) => {
  const response = await ask(`Bearer ${await make()}`)
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
})

test.each([
  ['Basic', async () => `Basic ${await token()}`],
  ['two tokens', async () => `Bearer ${await token()}, Bearer ${await token()}`],
  ['no token', async () => 'Bearer '],
])('A4: an Authorization header with %s is refused', async (_, make) => {
  const response = await ask(await make())
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
})

test('A4: no Authorization header is no invalid token, and a token in the query is none', async () => {
  const response = await app.request(`/me?access_token=${await token()}`)
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
})

test('X35: where access tokens are verified clocks may differ by half a minute', async () => {
  expect((await ask(`Bearer ${await token({ claims: { iat: seconds + 29 } })}`)).status).toBe(200)
  expect((await ask(`Bearer ${await token({ claims: { iat: seconds - 920, exp: seconds - 20 } })}`)).status).toBe(200)
})

test('an admin route lets in admins only', async () => {
  expect((await ask(`Bearer ${await token()}`, '/admin')).status).toBe(403)
  expect((await ask(`Bearer ${await token({ claims: { role: 'admin' } })}`, '/admin')).status).toBe(200)
  expect((await app.request('/admin')).status).toBe(401)
})

test('A4: a service is no user and a user no service: 403, because each of them is known', async () => {
  const service = await testServiceToken(known, now, { aud: 'product-catalog' })
  const withoutScope = await testServiceToken(known, now, { aud: 'product-catalog', scope: 'users:contact' })
  const statusOf = async (bearer: string, path: string) => (await ask(`Bearer ${bearer}`, path)).status
  expect([await statusOf(service, '/internal'), await statusOf(withoutScope, '/internal')]).toEqual([200, 403])
  expect([await statusOf(service, '/me'), await statusOf(service, '/admin')]).toEqual([403, 403])
  expect(await statusOf(await token({ claims: { role: 'admin' } }), '/internal')).toBe(403)
  expect(await (await ask(`Bearer ${service}`, '/internal')).json()).toEqual({
    kind: 'service',
    clientId: 'order-management',
    scopes: ['sessions:read'],
  })
})
