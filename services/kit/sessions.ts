import type { Role, UserPrincipal } from './principal.ts'

/** What holds of a login now, not when its token was made. */
export type SessionNow =
  | { readonly state: 'live'; readonly role: Role; readonly emailVerified: boolean }
  /** Logged out, revoked, or its account is disabled or closed. */
  | { readonly state: 'ended' }

/**
 * Asked for every operation that is not for anyone, also where users read what is theirs, so that who has logged out, was
 * demoted or is disabled is refused within a second. The users service reads its tables; the others ask it over HTTP and
 * keep an answer for at most a second.
 */
export type Sessions = {
  /**
   * Rejects where it cannot be known now. Where that is a PeerUnavailable, admins are refused (503) and customers go on
   * by their signature (kit/guard.ts).
   * `forwarded` is what a call to another service carries on: forwardedHeaders() of kit/routes.ts.
   */
  now(principal: UserPrincipal, forwarded: Readonly<Record<string, string>>): Promise<SessionNow>
  /** Hears of every request that came with a good token, also where nothing is asked. Only the users service listens. */
  seen?(sessionId: string): void
}
