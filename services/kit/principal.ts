/** Who calls, as their access token says. */
export type Principal = {
  readonly userId: string
  readonly sessionId: string
  readonly role: 'user' | 'admin'
  readonly emailVerified: boolean
}
