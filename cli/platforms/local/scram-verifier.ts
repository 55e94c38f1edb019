import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

const iterations = 4096
const saltBytes = 16
const keyBytes = 32

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/**
 * What PostgreSQL keeps of a password (RFC 5803). Sent in place of the password it keeps that out of the server's log,
 * where a statement that fails is written as it came. For passwords of plain ASCII, which need no SASLprep.
 */
export const scramVerifier = async (password: string, salt: Buffer = randomBytes(saltBytes)): Promise<string> => {
  const salted = await promisify(pbkdf2)(password, salt, iterations, keyBytes, 'sha256')
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64')
  const server = hmac(salted, 'Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`
}
