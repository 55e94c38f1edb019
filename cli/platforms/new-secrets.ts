import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'

/** What access tokens are signed with: private keys as a JSON array of JWKs; the first signs. */
export const newSigningKeys = (): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return JSON.stringify([{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' }])
}

/** A password that a person may have to type from one screen to another. */
export const newPassword = (): string => randomBytes(9).toString('base64url')

/** For programs. Safe in a URL, in SQL and in a shell. */
export const newToken = (bytes = 24): string => randomBytes(bytes).toString('base64url')
