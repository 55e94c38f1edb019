/** A mail that is ready to go. */
export type MailMessage = {
  /** Of the notification; the Message-ID is made of it, so that a provider sees a second sending as one. */
  readonly id: string
  readonly requestedAt: Date
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

export type Delivery =
  | { readonly kind: 'sent'; readonly reference: string }
  /** Never: this mail will not be taken, ever (5xx). */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Not now, but the server is there (4xx). */
  | { readonly kind: 'postponed'; readonly reason: string }
  /** No server, or one that does not answer in time. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** This process ends; nothing is said of the server. */
  | { readonly kind: 'interrupted'; readonly reason: string }

/** Reasons name codes and steps, never a server's own words: those may quote the address. */
export type MailTransport = {
  /** Ends within 10 s, soon after `signal` is aborted, and never rejects. */
  send(message: MailMessage, signal: AbortSignal): Promise<Delivery>
}
