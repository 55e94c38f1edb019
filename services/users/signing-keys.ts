import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import type { publicKeyShape } from '../kit/public-key.ts'

/** As the key set shows it. */
export type PublicKey = Readonly<z.infer<z.ZodObject<typeof publicKeyShape>>>

export type SigningKeys = {
  /** The first of the settings: new tokens are signed with it. */
  readonly current: { readonly kid: string; readonly key: KeyObject }
  /** Of every key, so that tokens of the one before stay good while keys change. */
  readonly publicKeys: readonly [PublicKey, ...PublicKey[]]
}

const coordinate = z.string().regex(/^[\w-]{43}$/)
const privateKeySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
  d: coordinate,
  kid: z.string().min(1).max(100),
})
type PrivateKey = z.infer<typeof privateKeySchema>

const rule = 'must be a JSON array of private ES256 keys (JWK), each with its own kid, the signing one first'

/** The setting JWT_PRIVATE_KEYS: text to keys. Its faults never quote the text. */
export const signingKeysSchema = z.string().transform((text, context): SigningKeys => {
  const keys = signingKeys(text)
  if (keys !== null) return keys
  context.addIssue({ code: 'custom', message: rule })
  return z.NEVER
})

function signingKeys(text: string): SigningKeys | null {
  const parsed = z.array(privateKeySchema).min(1).safeParse(parsedOrNull(text))
  if (!parsed.success || !parsed.data.every(belongsTogether)) return null
  const [first, ...rest] = parsed.data
  const kids = new Set(parsed.data.map(({ kid }) => kid))
  if (first === undefined || kids.size < parsed.data.length) return null
  return {
    current: { kid: first.kid, key: createPrivateKey({ key: first, format: 'jwk' }) },
    publicKeys: [publicKey(first), ...rest.map(publicKey)],
  }
}

/** Named member by member, so that `d` cannot come along. */
function publicKey({ kty, crv, x, y, kid }: PrivateKey): PublicKey {
  return { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }
}

/** OpenSSL refuses a point off the curve, but takes a private number that belongs to another point. */
function belongsTogether({ kty, crv, x, y, d }: PrivateKey): boolean {
  try {
    const proof = Buffer.from('proof')
    const publicHalf = createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
    const privateHalf = createPrivateKey({ key: { kty, crv, x, y, d }, format: 'jwk' })
    return verify('sha256', proof, publicHalf, sign('sha256', proof, privateHalf))
  } catch {
    return false
  }
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
