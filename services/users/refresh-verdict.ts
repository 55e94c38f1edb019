/** What the tables say of a refresh token that could not be used. */
export type PresentedToken = {
  /** Session, account and family are as they must be, and the token is not revoked. */
  readonly live: boolean
  readonly used: boolean
  /** Used less than 10 s ago: the answer may have been lost, or several asked at once. */
  readonly inGrace: boolean
  /** Its successor is the one that it would be given now, and is still to be used. */
  readonly successorIsHead: boolean
}

export type RefreshVerdict =
  /** Unknown, over, revoked, or of an account or login that has ended; nothing is changed. */
  | 'invalid'
  /** The same successor again. */
  | 'repeat'
  /** Whoever has the successor has used it already. */
  | 'superseded'
  /** Two hold a token that only one can have. */
  | 'reuse'

export function refreshVerdict(token: PresentedToken | undefined): RefreshVerdict {
  if (token === undefined || !token.live || !token.used) return 'invalid'
  if (!token.inGrace) return 'reuse'
  return token.successorIsHead ? 'repeat' : 'superseded'
}
