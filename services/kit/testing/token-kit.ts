import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type JWTPayload, SignJWT } from 'jose'
import { accessToken, serviceToken } from '../authentication.ts'

/** A key that the tests' key set knows, and its public half as the users service would publish it. */
export function testKey(kid: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } }
}
export type TestKey = ReturnType<typeof testKey>

export type TokenChange = {
  readonly header?: Readonly<Record<string, unknown>>
  /** Undefined members are left out of the token. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly key?: KeyObject
}

/** A good token of a user, with what a test wants changed. */
export async function testToken(key: TestKey, now: Date, change: TokenChange = {}): Promise<string> {
  const iat = Math.floor(now.getTime() / 1_000)
  const claims = { ...goodClaims(iat), ...change.claims }
  const { type: typ, algorithm: alg } = accessToken
  return new SignJWT(Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)))
    .setProtectedHeader({ alg, typ, kid: key.kid, ...change.header })
    .sign(change.key ?? key.privateKey)
}

/** A good token of the service order-management for another one, with what a test wants changed. */
export function testServiceToken(key: TestKey, now: Date, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const iat = Math.floor(now.getTime() / 1_000)
  const none = { sid: undefined, role: undefined, email_verified: undefined }
  const own = { sub: 'order-management', scope: 'sessions:read', exp: iat + serviceToken.lifetimeSeconds }
  return testToken(key, now, { claims: { ...none, ...own, ...claims } })
}

function goodClaims(iat: number): JWTPayload {
  return {
    iss: accessToken.issuer,
    aud: accessToken.audience,
    sub: '0190c4b0-0000-7000-8000-000000000001',
    sid: '0190c4b0-0000-7000-8000-000000000002',
    role: 'user',
    email_verified: true,
    jti: 'one',
    iat,
    exp: iat + accessToken.lifetimeSeconds,
  }
}

/** A text as the key of a symmetric signature, as in an attack that signs with the public key. */
export const textKey = (text: string): KeyObject => createSecretKey(Buffer.from(text))
