import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'
import type { Rotation } from './rotation.ts'
import { RotationFailed } from './rotation-failed.ts'
import { parseSigningKeys, type SigningKey } from './secret-values.ts'

/**
 * The new key and two before it. A release signs with the first key that it was given, so a token in someone's hand
 * may be of a key that was rotated away twice since the last deploy.
 */
const keptKeys = 3

const newKey = (): SigningKey => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' })
  return { kty: 'EC', crv: 'P-256', x, y, d, kid: randomUUID(), alg: 'ES256', use: 'sig' }
}

const signs = (key: SigningKey): boolean => {
  try {
    const proof = Buffer.from('proof')
    const privateKey = createPrivateKey({ key, format: 'jwk' })
    return verify('sha256', proof, createPublicKey(privateKey), sign('sha256', proof, privateKey))
  } catch {
    return false
  }
}

/** Keys that tokens are signed with: nobody else has to be told, the next deploy brings them to the users service. */
export const signingKeysRotation: Rotation = {
  async create(versions) {
    const current = await versions.readCurrent()
    const before = current === null ? [] : parseSigningKeys(current)
    return JSON.stringify([newKey(), ...before].slice(0, keptKeys))
  },
  async set() {
    // No server holds them.
  },
  async test(pending) {
    const [first] = parseSigningKeys(pending)
    if (first === undefined || !signs(first)) throw new RotationFailed('the new key does not sign')
  },
}
