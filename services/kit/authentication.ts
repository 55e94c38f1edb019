import type { MiddlewareHandler } from 'hono'
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Principal } from './principal.ts'
import { Problem, problems } from './problems.ts'
import type { RequestEnvironment } from './routes.ts'

export type { Principal } from './principal.ts'

/** What an access token is; the users service signs by it and everyone verifies by it. */
export const accessToken = {
  algorithm: 'ES256',
  type: 'at+jwt',
  issuer: 'shop-users',
  audience: 'shop-api',
  lifetimeSeconds: 900,
  clockToleranceSeconds: 30,
} as const

export type TokenVerifier = (token: string) => Promise<Principal>

const claimsSchema = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  role: z.enum(['user', 'admin']),
  email_verified: z.boolean(),
  jti: z.string().min(1),
})

/** Neither fresh nor cached signing keys: who asks cannot be told from who pretends, so nobody is let in. */
class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

/** Verifies access tokens; rejects with a 401 problem, or 503 where the signing keys cannot be had. */
export function createTokenVerifier(options: {
  readonly keys: JWTVerifyGetKey
  readonly issuer: string
  now(): Date
}): TokenVerifier {
  return async (token) => {
    const claims = await verifiedClaims(token, options).catch((cause: unknown) => {
      if (cause instanceof KeysUnavailable) {
        throw new Problem(problems.unavailable, { detail: 'Sign-in cannot be checked now', headers: retryAfter, cause })
      }
      if (cause instanceof errors.JOSEError) throw invalidToken(cause)
      throw cause
    })
    const parsed = claimsSchema.safeParse(claims)
    if (!parsed.success) throw invalidToken(parsed.error)
    const { sub, sid, role, email_verified } = parsed.data
    return { userId: sub, sessionId: sid, role, emailVerified: email_verified }
  }
}

/** The users service's public keys: fetched when an unknown key is met, at most once in 30 s, and kept for an hour. */
export function remoteKeys(usersUrl: string): JWTVerifyGetKey {
  const fetchKey = createRemoteJWKSet(new URL('/.well-known/jwks.json', usersUrl), {
    timeoutDuration: 2_000,
    cooldownDuration: 30_000,
    cacheMaxAge: 3_600_000,
  })
  return async (header, token) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await fetchKey(header, token)
      } catch (cause) {
        if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) throw cause
        // A replica that is just going away does not answer; another one does.
        if (tries === 2) throw new KeysUnavailable('the signing keys cannot be fetched', { cause })
      }
    }
  }
}

/** Lets in who is signed in; `c.var.principal` says who that is. */
export function requireUser(verify: TokenVerifier): MiddlewareHandler<SignedIn> {
  return async (c, next) => {
    c.set('principal', await principalOf(c.req.header('authorization'), verify))
    await next()
  }
}

export function requireAdmin(verify: TokenVerifier): MiddlewareHandler<SignedIn> {
  return async (c, next) => {
    const principal = await principalOf(c.req.header('authorization'), verify)
    if (principal.role !== 'admin') throw new Problem(problems.forbidden)
    c.set('principal', principal)
    await next()
  }
}

type SignedIn = RequestEnvironment & { Variables: { principal: Principal } }

/** For a route's `security`; the application declares the scheme itself. */
export const bearerSecurity: { bearer: string[] }[] = [{ bearer: [] }]

const retryAfter = { 'Retry-After': '2' }

async function principalOf(header: string | undefined, verify: TokenVerifier): Promise<Principal> {
  if (header === undefined) throw new Problem(problems.unauthenticated)
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1]
  if (token === undefined) throw invalidToken(undefined)
  return verify(token)
}

async function verifiedClaims(token: string, { keys, issuer, now }: Parameters<typeof createTokenVerifier>[0]) {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: [accessToken.algorithm],
    typ: accessToken.type,
    issuer,
    audience: accessToken.audience,
    clockTolerance: accessToken.clockToleranceSeconds,
    // Also makes jose look at `iat`, which it otherwise ignores.
    maxTokenAge: accessToken.lifetimeSeconds,
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
    currentDate: now(),
  })
  return payload
}

function invalidToken(cause: unknown): Problem {
  const headers = { 'WWW-Authenticate': 'Bearer error="invalid_token"' }
  return new Problem(problems.unauthenticated, { detail: 'The access token is not valid', headers, cause })
}
