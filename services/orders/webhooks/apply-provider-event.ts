import { sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import { type Applied, type ApplyParts, applyPayment } from '../pay/apply-payment.ts'
import { type PaymentRow, paymentColumns } from '../pay/payment-store.ts'
import type { WebhookEvent } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'
import { bySystem } from '../status/move-order.ts'
import { addTask } from '../tasks/task-store.ts'
import type { AppliedWebhook, ApplyWebhook } from './apply-webhooks.ts'
import { webhookFacts } from './webhook-facts.ts'

export type ProviderEventParts = ApplyParts & {
  /** `later` where the refund or its payment is not known yet. */
  applyRefund(
    transaction: Transaction<OrdersTables>,
    event: Extract<WebhookEvent, { kind: 'refund' }> & { readonly cause: EventCause },
  ): Promise<AppliedWebhook>
  applyDispute(
    transaction: Transaction<OrdersTables>,
    event: Extract<WebhookEvent, { kind: 'dispute' }> & { readonly cause: EventCause },
  ): Promise<AppliedWebhook>
  onApplied(payment: PaymentRow, applied: Applied): void
}

/** Of every provider alike: by then it is in our words. */
export function applyProviderEvent(parts: ProviderEventParts): ApplyWebhook {
  return async (transaction, { facts, cause }) => {
    const event = webhookFacts.parse(facts)
    switch (event.kind) {
      case 'payment':
        return applyPaymentEvent(transaction, parts, { ...event, cause })
      case 'refund':
        return parts.applyRefund(transaction, { ...event, cause })
      case 'dispute':
        return parts.applyDispute(transaction, { ...event, cause })
      case 'ignored':
        return 'applied'
    }
  }
}

type PaymentEvent = Extract<WebhookEvent, { kind: 'payment' }> & { readonly cause: EventCause }

async function applyPaymentEvent(
  transaction: Transaction<OrdersTables>,
  parts: ProviderEventParts,
  event: PaymentEvent,
): Promise<AppliedWebhook> {
  const payment = await paymentOf(transaction, event)
  if (payment === undefined) return { later: 'no such payment' }
  const origin = bySystem(event.cause)
  const { payment: told } = event
  if (told === undefined) {
    // It says only that something has happened: the provider is asked, once this is committed.
    const key = `ask:${payment.id}:${event.id}`
    const data = { payment_id: payment.id }
    await addTask(transaction, { kind: 'ask_payment', key, orderId: payment.orderId, data, cause: origin.cause })
    return 'applied'
  }
  const applied = await applyPayment(transaction, parts, { payment, told, origin })
  return applied === 'unchanged' ? 'unchanged' : { tell: () => parts.onApplied(payment, applied) }
}

/** By the provider's reference, which may not be ours yet, by our key, or by the order's newest attempt. */
async function paymentOf(
  transaction: Transaction<OrdersTables>,
  { provider, providerRef, key, orderId }: Pick<WebhookEvent, 'provider' | 'providerRef' | 'key' | 'orderId'>,
): Promise<PaymentRow | undefined> {
  const { rows } = await sql<PaymentRow>`
    select ${paymentColumns} from payments
    where provider = ${provider} and (
      provider_ref = ${providerRef ?? null} or provider_key = ${key ?? null} or order_id = ${uuidOrNull(orderId)})
    order by provider_ref is not distinct from ${providerRef ?? null} desc,
      provider_key is not distinct from ${key ?? null} desc, attempt desc
    limit 1`.execute(transaction)
  return rows[0]
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A foreign order's id need not be one of ours. */
const uuidOrNull = (text: string | undefined): string | null => (text !== undefined && uuid.test(text) ? text : null)
