import { createHmac, randomBytes } from 'node:crypto'

/** 256 bits; shown once, and kept only as its hash. */
export const newRefreshToken = (): string => randomBytes(32).toString('base64url')

export type SuccessorOf = (token: string) => string

/**
 * The next token of a family, derived from the one that is presented: however often and wherever the same one is
 * presented at the same time, or again because the answer was lost, it has one successor.
 */
export function createSuccessorOf(tokenKey: string): SuccessorOf {
  // Named, so that it is never what another use of the key derives from the same text.
  return (token) => createHmac('sha256', tokenKey).update(`refresh token\n${token}`).digest('base64url')
}
