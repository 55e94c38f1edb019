export type RefundBehaviour = 'succeed' | 'fail' | 'pend' | 'pend_then_fail' | 'succeed_then_500'

export type TokenBehaviour = {
  readonly outcome: 'captured' | 'requires_action' | 'declined'
  readonly reason?: string
  /** So many first calls are answered 500 and do nothing. */
  readonly failuresFirst?: number
  /** What the first call that did something is answered instead of the truth. */
  readonly answer?: 'never' | '500' | 'pending'
  readonly delayMilliseconds?: number
  /** How often the webhook of the outcome is sent. */
  readonly webhooks: number
  readonly webhookDelayMilliseconds?: number
  /** Delivered before the answer. */
  readonly webhookFirst?: true
  readonly disputed?: true
  readonly captures?: 'less' | 'other_currency'
  readonly refunds?: RefundBehaviour
}

const captured = { outcome: 'captured', webhooks: 1 } as const

const behaviours: Readonly<Record<string, TokenBehaviour>> = {
  tok_ok: captured,
  tok_declined: { outcome: 'declined', reason: 'card_declined', webhooks: 1 },
  tok_insufficient_funds: { outcome: 'declined', reason: 'insufficient_funds', webhooks: 1 },
  tok_needs_action: { outcome: 'requires_action', webhooks: 0 },
  tok_charged_then_timeout: { ...captured, answer: 'never' },
  tok_charged_then_500: { ...captured, answer: '500' },
  tok_500_twice_then_ok: { ...captured, failuresFirst: 2 },
  tok_webhook_first: { ...captured, webhookFirst: true },
  tok_webhook_twice: { ...captured, webhooks: 2 },
  tok_no_webhook: { ...captured, webhooks: 0, answer: 'pending' },
  tok_pending: { ...captured, answer: 'pending', webhookDelayMilliseconds: 1_000 },
  tok_wrong_amount: { ...captured, captures: 'less' },
  tok_wrong_currency: { ...captured, captures: 'other_currency' },
  tok_slow_5s: { ...captured, delayMilliseconds: 5_000 },
  tok_disputed: { ...captured, disputed: true },
  tok_refund_fails: { ...captured, refunds: 'fail' },
  tok_refund_pending: { ...captured, refunds: 'pend' },
  tok_refund_pending_then_fails: { ...captured, refunds: 'pend_then_fail' },
  tok_refund_then_500: { ...captured, refunds: 'succeed_then_500' },
}

const unknown: TokenBehaviour = { outcome: 'declined', reason: 'invalid_method', webhooks: 0 }

export const simulatedTokens = Object.keys(behaviours)

/** By the longest name that the token is or begins with: `tok_ok_of_ada` behaves like `tok_ok`. */
export function behaviourOf(token: string): TokenBehaviour {
  const [name] = simulatedTokens
    .filter((known) => token === known || token.startsWith(`${known}_`))
    .sort((one, other) => other.length - one.length)
  return (name === undefined ? undefined : behaviours[name]) ?? unknown
}
