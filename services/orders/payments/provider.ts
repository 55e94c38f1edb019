export const providerNames = ['simulated', 'stripe', 'paypal'] as const

export type ProviderName = (typeof providerNames)[number]

/** What a payment was begun with. All of it is known to our own row, so that it can be said again after a crash. */
export type PaymentRequest = {
  /** Of the order and the attempt, written down before the call. At most 90 printable characters. */
  readonly key: string
  readonly orderId: string
  /** In the currency's minor unit. */
  readonly amountCents: number
  /** ISO 4217, upper case. */
  readonly currency: string
}

export type Charge = PaymentRequest & {
  /** Stands for the card or account. Never stored, logged or put into an error. */
  readonly methodToken: string
  readonly signal: AbortSignal
}

/** Without the reference, where the answer that told it was lost, the provider is asked by the key. */
export type KnownPayment = PaymentRequest & { readonly providerRef?: string | undefined }

/** One that the provider has named. */
export type NamedPayment = PaymentRequest & { readonly providerRef: string }

export type PaymentState = 'captured' | 'requires_action' | 'pending' | 'declined' | 'cancelled'

export type ProviderPayment = {
  /** Null where it refused before there was anything: then the state is `declined` or `cancelled`. */
  readonly providerRef: string | null
  readonly state: PaymentState
  /** What the customer has paid, as the provider says it: to be compared with what was asked for. */
  readonly capturedCents: number
  readonly currency: string
  /** Of what was captured; undefined where the provider did not say. */
  readonly refundedCents?: number | undefined
  /** Where the customer goes on; only with `requires_action`. */
  readonly action?: { readonly type: 'redirect'; readonly url: string } | undefined
  /** A short code without personal data; only with `declined`. */
  readonly declineReason?: string | undefined
}

export type RefundRequest = {
  /** Of the refund, written down before the call. */
  readonly key: string
  readonly orderId: string
  /** Of the payment. */
  readonly providerRef: string
  readonly amountCents: number
  readonly currency: string
}

export type KnownRefund = RefundRequest & { readonly providerRefundRef?: string | undefined }

export type ProviderRefund = {
  /** Null where the provider refused it outright, so that there is none. */
  readonly providerRefundRef: string | null
  readonly state: 'succeeded' | 'pending' | 'failed'
  readonly amountCents: number
  readonly currency: string
  /** A short code; only with `failed`. */
  readonly failureReason?: string | undefined
}

/** Of whom a webhook speaks. One of the three is always known, and the first that is should be used, in this order. */
export type WebhookSubject = {
  readonly providerRef?: string | undefined
  /** Of the payment, or of the refund where a refund is told. */
  readonly key?: string | undefined
  readonly orderId?: string | undefined
}

export type WebhookFacts = WebhookSubject &
  (
    | {
        readonly kind: 'payment'
        /** Undefined where the event does not carry the facts: `fetch` tells them. */
        readonly payment?: ProviderPayment | undefined
      }
    | { readonly kind: 'refund'; readonly refund: ProviderRefund }
    | { readonly kind: 'dispute'; readonly disputeRef: string }
    /** Nothing of ours, or nothing that changes anything. */
    | { readonly kind: 'ignored' }
  )

export type WebhookEvent = WebhookFacts & {
  /** The provider's id of the event; the same on every delivery. */
  readonly id: string
  readonly provider: ProviderName
  /** The provider's own word for it, for the log. */
  readonly type: string
  readonly occurredAt: Date
}

export type WebhookHeaders = (name: string) => string | undefined

/** Every method but parseWebhook throws ProviderUnavailable when no answer comes in time, and nothing else that is planned. */
export type PaymentProvider = {
  readonly name: ProviderName
  /** Same key again: the same charge, never a second one. */
  charge(charge: Charge): Promise<ProviderPayment>
  /**
   * What the provider knows; undefined: nothing was charged. What a customer has approved meanwhile and only waits to be
   * captured (PayPal) is captured by it, under the payment's key: ask only for payments that are still wanted.
   */
  fetch(payment: KnownPayment, signal: AbortSignal): Promise<ProviderPayment | undefined>
  /** What the provider has under this reference, for who only compares: whatever it finds, it moves nothing. */
  look(payment: NamedPayment, signal: AbortSignal): Promise<ProviderPayment | undefined>
  /** Of what is not captured: afterwards it cannot be. `captured` is the answer where it was too late. */
  cancel(payment: KnownPayment & { readonly signal: AbortSignal }): Promise<ProviderPayment>
  /** Same key again: the same refund. More than is left: `failed`, with the reason `exceeds_captured`. */
  refund(refund: RefundRequest & { readonly signal: AbortSignal }): Promise<ProviderRefund>
  /** Undefined: there is no refund under this key. */
  fetchRefund(refund: KnownRefund, signal: AbortSignal): Promise<ProviderRefund | undefined>
  /**
   * Verifies the raw bytes before anything is parsed. Throws WebhookRefused; PayPal's also ProviderUnavailable, where its
   * certificate cannot be had, and then a 503 lets PayPal deliver again.
   */
  parseWebhook(raw: Uint8Array, headers: WebhookHeaders, now: Date): Promise<WebhookEvent>
  /** Rejects while the breaker is open; asks the provider nothing. */
  check(): Promise<void>
  /** Whatever it does by itself (the simulated one delivers webhooks) has ended when it resolves. */
  close(): Promise<void>
}

export type ProviderUnavailableFacts = {
  readonly provider: ProviderName
  readonly mayHaveActed: boolean
  readonly retryAfterSeconds: number
  readonly cause: unknown
}

/** No answer in time, or one that says nothing. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable'
  readonly provider: ProviderName
  /** False: the money was certainly not moved by this call. */
  readonly mayHaveActed: boolean
  readonly retryAfterSeconds: number

  constructor({ provider, mayHaveActed, retryAfterSeconds, cause }: ProviderUnavailableFacts) {
    super(`${provider} does not answer now`, { cause })
    this.provider = provider
    this.mayHaveActed = mayHaveActed
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export type WebhookRefusal =
  | 'no_signature'
  | 'bad_signature'
  | 'stale'
  | 'bad_certificate_url'
  | 'bad_certificate'
  | 'unreadable'

/** A 400, with nothing stored. `reason` is all that may be logged. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused'
  readonly reason: WebhookRefusal

  constructor(reason: WebhookRefusal) {
    super(`webhook refused: ${reason}`)
    this.reason = reason
  }
}
