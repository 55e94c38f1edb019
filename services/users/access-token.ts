import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { accessToken, type Principal } from '../kit/authentication.ts'
import type { SigningKeys } from './signing-keys.ts'

export type TokenSigner = (principal: Principal, now: Date) => Promise<string>

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
