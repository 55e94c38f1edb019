export type Delivery =
  | { readonly kind: 'sent'; readonly reference: string }
  /** There is nobody or nothing to send it with, and that is as it should be: `no_phone`. */
  | { readonly kind: 'unneeded'; readonly reason: string }
  /** Never: this one will not be taken, ever (5xx of SMTP). */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Not now, but the provider is there (4xx of SMTP). */
  | { readonly kind: 'postponed'; readonly reason: string }
  /** No provider, or one that does not answer in time. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** This process ends; nothing is said of the provider. */
  | { readonly kind: 'interrupted'; readonly reason: string }

/** Hands messages over to a provider. Reasons name codes and steps, never its own words: those may quote the address. */
export type Transport<Message> = {
  /** Ends within 10 s, soon after `signal` is aborted, and never rejects. */
  send(message: Message, signal: AbortSignal): Promise<Delivery>
}
