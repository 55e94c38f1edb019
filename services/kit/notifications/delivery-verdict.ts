import type { Delivery } from './delivery.ts'

export type DeliveryVerdict =
  | { readonly state: 'sent'; readonly reference: string }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'pending'; readonly reason: string; readonly delaySeconds: number }

const steps = [1, 2, 4, 8, 16, 32, 60] as const
const longestStep = 60
const jitter = 0.2
const givenUpAfterSeconds = 24 * 3_600

export type DeliveryHistory = {
  /** This one included. */
  readonly attempts: number
  readonly ageSeconds: number
}

/** What becomes of a notification after an attempt. `random` is from 0 to 1. */
export function deliveryVerdict(delivery: Delivery, history: DeliveryHistory, random: number): DeliveryVerdict {
  if (delivery.kind === 'sent') return { state: 'sent', reference: delivery.reference }
  const { kind, reason } = delivery
  // Done with: its reference says what did not have to be sent.
  if (kind === 'unneeded') return { state: 'sent', reference: reason }
  if (kind === 'interrupted') return { state: 'pending', reason, delaySeconds: 0 }
  if (kind === 'refused') return { state: 'failed', reason }
  if (history.ageSeconds >= givenUpAfterSeconds) return { state: 'failed', reason: `given up after a day: ${reason}` }
  const step = steps[history.attempts - 1] ?? longestStep
  return { state: 'pending', reason, delaySeconds: step * (1 - jitter + 2 * jitter * random) }
}
