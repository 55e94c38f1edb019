import type { Kysely } from 'kysely'
import { z } from 'zod'
import { type Applied, type ApplyParts, applyPayment } from '../pay/apply-payment.ts'
import { askProvider } from '../pay/ask-provider.ts'
import { findPayment, knownPayment, type PaymentRow } from '../pay/payment-store.ts'
import type { PaymentProvider, ProviderPayment } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'
import { bySystem } from '../status/move-order.ts'
import type { TaskHandler } from './run-tasks.ts'

export type PaymentTaskParts = ApplyParts & {
  readonly database: Kysely<OrdersTables>
  providerOf(payment: PaymentRow): PaymentProvider
  onApplied(payment: PaymentRow, applied: Applied): void
  /** Money that came calls for the saga. */
  wakeSagas(): void
}

const paymentData = z.object({ payment_id: z.uuid() })

type Ask = (payment: PaymentRow, signal: AbortSignal) => Promise<ProviderPayment | undefined>

/** Asks the provider something about a payment, and takes its word as any other word of it. */
function asking(parts: PaymentTaskParts, ask: Ask): TaskHandler {
  return async (task, signal) => {
    const payment = await findPayment(parts.database, paymentData.parse(task.data).payment_id)
    if (payment === undefined) return { park: 'there is no such payment' }
    const told = await ask(payment, signal)
    if (told === undefined) return 'done'
    const origin = bySystem(task.cause)
    const applied = await parts.database
      .transaction()
      .execute((transaction) => applyPayment(transaction, parts, { payment, told, origin }))
    parts.onApplied(payment, applied)
    parts.wakeSagas()
    return 'done'
  }
}

/** So that it can never be captured any more. Where that is too late, its money is late money. */
export const cancelPaymentTask = (parts: PaymentTaskParts): TaskHandler =>
  asking(parts, (payment, signal) => parts.providerOf(payment).cancel({ ...knownPayment(payment), signal }))

/** For an event that only says that something has happened. */
export const askPaymentTask = (parts: PaymentTaskParts): TaskHandler =>
  asking(parts, (payment, signal) => askProvider(parts, payment, signal))
