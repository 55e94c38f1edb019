import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { accessToken } from '../../../services/kit/authentication.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** What kit-server.ts verifies with. */
export const publicKeyPem = String(publicKey.export({ type: 'spki', format: 'pem' }))

/** A good access token, another one each time. */
export const newToken = (): Promise<string> =>
  new SignJWT({ sid: randomUUID(), role: 'user', email_verified: true })
    .setProtectedHeader({ alg: accessToken.algorithm, typ: accessToken.type, kid: 'bench' })
    .setIssuer(accessToken.issuer)
    .setAudience(accessToken.audience)
    .setSubject(randomUUID())
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('15m')
    .sign(privateKey)
