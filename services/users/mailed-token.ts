import { createHmac } from 'node:crypto'

export { tokenHash as mailedTokenHash } from './token-hash.ts'

/** One key makes both, so the purpose is part of what is signed: a token for one is none for the other. */
export type TokenPurpose = 'verify' | 'reset'

export type MailedTokens = {
  /** 256 bits, as a link carries them. */
  tokenOf(purpose: TokenPurpose, tokenId: string): string
}

/**
 * Tokens that a worker mails after the request: derived from an id, so that the id is all that is stored on the way and
 * nobody who reads the tables can make a link of it. Against the table a token is checked by its hash alone.
 */
export function createMailedTokens(key: string): MailedTokens {
  return {
    tokenOf: (purpose, tokenId) =>
      createHmac('sha256', key).update(`mailed-token:${purpose}:${tokenId}`).digest('base64url'),
  }
}
