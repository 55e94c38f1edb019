import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)
/** As the users service makes its own (services/users/password-hash.ts); a test lets that one read it. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const

/** The password of all accounts of a run, and what may be told of it where others can read along. */
export type RunWord = { readonly password: string; readonly hash: string }

export const newRunWord = async (): Promise<RunWord> => {
  const password = randomBytes(24).toString('base64url')
  const salt = randomBytes(16)
  const tag = await derive('argon2id', { message: Buffer.from(password), nonce: salt, tagLength: 32, ...cost })
  const { memory, passes, parallelism } = cost
  return { password, hash: `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${bare(salt)}$${bare(tag)}` }
}

const bare = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')

/** Names a run in the shop: small letters and digits, so that it is no pattern anywhere. */
export const newRunName = (): string => randomBytes(6).toString('hex')
