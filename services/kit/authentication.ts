import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { z } from 'zod'
import { type Principal, roles } from './principal.ts'
import { Problem, problems } from './problems.ts'
import { KeysUnavailable } from './remote-keys.ts'
import { verifiedTokens } from './verified-tokens.ts'

/** What an access token is; the users service signs by it and everyone verifies by it. */
export const accessToken = {
  algorithm: 'ES256',
  type: 'at+jwt',
  issuer: 'shop-users',
  audience: 'shop-api',
  lifetimeSeconds: 900,
  clockToleranceSeconds: 30,
} as const

/** A service's token is an access token as well; it differs in its life, and in the one service that it is for. */
export const serviceToken = { lifetimeSeconds: 600 } as const

/** The name of a service as audience or client: `order-management`. */
export const serviceNameSchema = z.string().regex(/^[a-z][a-z-]{0,62}$/)

export type TokenVerifier = (token: string) => Promise<Principal>

export type VerifierOptions = {
  readonly keys: JWTVerifyGetKey
  readonly issuer: string
  /** The long name of the service that verifies: service tokens are for one service only. */
  readonly audience: string
  now(): Date
}

/** Verifies tokens of users and of services; rejects with a 401 problem, or 503 where the keys cannot be had. */
export function createTokenVerifier(options: VerifierOptions): TokenVerifier {
  const verified = verifiedTokens(options.now)
  return async (token) => {
    const known = verified.find(token)
    if (known !== undefined) return known
    const claims = await verifiedClaims(token, options).catch((cause: unknown) => {
      if (cause instanceof KeysUnavailable) {
        throw new Problem(problems.unavailable, { detail: 'Sign-in cannot be checked now', headers: retryAfter, cause })
      }
      if (cause instanceof errors.JOSEError) throw invalidToken(cause)
      throw cause
    })
    const { exp = 0 } = claims
    const principal = principalOfClaims(claims)
    verified.keep(token, { principal, expiresAt: new Date(exp * 1_000) })
    return principal
  }
}

/** For a route's `security`; the application declares the scheme itself. */
export const bearerSecurity: { bearer: string[] }[] = [{ bearer: [] }]

const retryAfter = { 'Retry-After': '2' }

/** Who the Authorization header says is calling. Throws a 401 problem. */
export async function principalOf(header: string | undefined, verify: TokenVerifier): Promise<Principal> {
  if (header === undefined) throw new Problem(problems.unauthenticated)
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1]
  if (token === undefined) throw invalidToken(undefined)
  return verify(token)
}

async function verifiedClaims(token: string, { keys, issuer, audience, now }: VerifierOptions): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: [accessToken.algorithm],
    typ: accessToken.type,
    issuer,
    audience: [accessToken.audience, audience],
    clockTolerance: accessToken.clockToleranceSeconds,
    // Also makes jose look at `iat`, which it otherwise ignores.
    maxTokenAge: accessToken.lifetimeSeconds,
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
    currentDate: now(),
  })
  return payload
}

const userClaims = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  role: z.enum(roles),
  email_verified: z.boolean(),
  jti: z.string().min(1),
})
/** One audience and never a list, so that no token is two things. */
const serviceClaims = z.object({
  aud: z.string(),
  sub: serviceNameSchema,
  scope: z.string(),
  jti: z.string().min(1),
})

/** Of verified claims, so that what is not for users is for this service. */
function principalOfClaims(claims: JWTPayload): Principal {
  if (claims.aud === accessToken.audience) {
    const { sub, sid, role, email_verified } = parsedClaims(userClaims, claims)
    return { kind: 'user', userId: sub, sessionId: sid, role, emailVerified: email_verified }
  }
  const { sub, scope } = parsedClaims(serviceClaims, claims)
  return { kind: 'service', clientId: sub, scopes: scope.split(' ') }
}

function parsedClaims<Claims>(schema: z.ZodType<Claims>, claims: JWTPayload): Claims {
  const parsed = schema.safeParse(claims)
  if (!parsed.success) throw invalidToken(parsed.error)
  return parsed.data
}

function invalidToken(cause: unknown): Problem {
  const headers = { 'WWW-Authenticate': 'Bearer error="invalid_token"' }
  return new Problem(problems.unauthenticated, { detail: 'The access token is not valid', headers, cause })
}
