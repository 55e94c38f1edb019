import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { accessToken, serviceToken } from '../kit/authentication.ts'
import type { UserPrincipal } from '../kit/principal.ts'
import type { SigningKeys } from './signing-keys.ts'

export type TokenSigner = (principal: Omit<UserPrincipal, 'kind'>, now: Date) => Promise<string>

/** Signs access tokens: who, which session, which role. No name and no address: everyone can read a token. */
export function createTokenSigner({ current }: SigningKeys, issuer: string): TokenSigner {
  return ({ userId, sessionId, role, emailVerified }, now) => {
    const issuedAt = Math.floor(now.getTime() / 1_000)
    return new SignJWT({ sid: sessionId, role, email_verified: emailVerified })
      .setProtectedHeader({ alg: accessToken.algorithm, typ: accessToken.type, kid: current.kid })
      .setIssuer(issuer)
      .setAudience(accessToken.audience)
      .setSubject(userId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + accessToken.lifetimeSeconds)
      .setJti(randomUUID())
      .sign(current.key)
  }
}

export type ServiceTokenFacts = {
  /** Who will call. */
  readonly client: string
  /** The one service that is called. */
  readonly audience: string
  /** Separated by spaces. */
  readonly scope: string
}
export type ServiceTokenSigner = (facts: ServiceTokenFacts, now: Date) => Promise<string>

/** Signs the tokens with which services call each other. */
export function createServiceTokenSigner({ current }: SigningKeys, issuer: string): ServiceTokenSigner {
  return ({ client, audience, scope }, now) => {
    const issuedAt = Math.floor(now.getTime() / 1_000)
    return new SignJWT({ scope })
      .setProtectedHeader({ alg: accessToken.algorithm, typ: accessToken.type, kid: current.kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(client)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + serviceToken.lifetimeSeconds)
      .setJti(randomUUID())
      .sign(current.key)
  }
}
