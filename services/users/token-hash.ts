import { createHash } from 'node:crypto'

/** What is stored of a token, and how it is looked up; the token itself is nowhere stored. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
