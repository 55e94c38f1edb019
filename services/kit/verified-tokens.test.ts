import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose'
import { expect, test } from 'vitest'
import { createTokenVerifier } from './authentication.ts'
import { Problem } from './problems.ts'
import { testKey, testToken } from './testing/token-kit.ts'
import { verifiedTokens } from './verified-tokens.ts'

const start = new Date('2026-01-31T12:00:00.000Z')
const later = (milliseconds: number) => new Date(start.getTime() + milliseconds)
const user = (userId: string) =>
  ({ kind: 'user', userId, sessionId: 'one', role: 'user', emailVerified: true }) as const

/** How often a signature was checked, by how often its key was looked for. */
function countingVerifier() {
  const key = testKey('known')
  const find = createLocalJWKSet({ keys: [key.jwk] })
  const clock = { now: start }
  let checks = 0
  const keys: JWTVerifyGetKey = (header, token) => {
    checks += 1
    return find(header, token)
  }
  const verify = createTokenVerifier({ keys, issuer: 'shop-users', audience: 'product-catalog', now: () => clock.now })
  return { key, verify, clock, checks: () => checks }
}

test('A28: a token is verified once in five seconds, and each token for itself', async () => {
  const { key, verify, clock, checks } = countingVerifier()
  const token = await testToken(key, start)
  // Of the same user, and of another role: a cache by `sub` would mix them up.
  const admin = await testToken(key, start, { claims: { role: 'admin', jti: 'two' } })
  expect([await verify(token), await verify(admin)]).toMatchObject([{ role: 'user' }, { role: 'admin' }])
  clock.now = later(4_999)
  expect([await verify(token), await verify(admin)]).toMatchObject([{ role: 'user' }, { role: 'admin' }])
  expect(checks()).toBe(2)
  clock.now = later(5_000)
  await verify(token)
  expect(checks()).toBe(3)
})

test('A28: what was refused is checked again each time, and never let in', async () => {
  const { verify, checks } = countingVerifier()
  const forged = await testToken(testKey('known'), start)
  for (const _ of [1, 2, 3]) await expect(verify(forged)).rejects.toBeInstanceOf(Problem)
  expect(checks()).toBe(3)
})

test('A28: no token is kept beyond its end', async () => {
  const clock = { now: start }
  const tokens = verifiedTokens(() => clock.now)
  tokens.keep('short', { principal: user('a'), expiresAt: later(2_000) })
  tokens.keep('long', { principal: user('b'), expiresAt: later(900_000) })
  clock.now = later(1_999)
  expect([tokens.find('short'), tokens.find('long')]).toEqual([user('a'), user('b')])
  clock.now = later(2_000)
  expect([tokens.find('short'), tokens.find('long')]).toEqual([undefined, user('b')])
})

test('A28: at most 10 000 tokens are kept, and the oldest go first', () => {
  const tokens = verifiedTokens(() => start)
  const verified = { principal: user('a'), expiresAt: later(900_000) }
  for (let index = 0; index < 10_100; index += 1) tokens.keep(`token ${index}`, verified)
  expect(tokens.size()).toBe(10_000)
  expect([tokens.find('token 99'), tokens.find('token 100')]).toEqual([undefined, user('a')])
})
