import type { Kysely } from 'kysely'
import { z } from 'zod'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import { failpoint } from '../../kit/failpoints.ts'
import { findPayment, type PaymentRow } from '../pay/payment-store.ts'
import type { KnownRefund, PaymentProvider, ProviderRefund } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'
import { bySystem } from '../status/move-order.ts'
import type { TaskHandler, TaskOutcome } from '../tasks/run-tasks.ts'
import type { Task } from '../tasks/task-store.ts'
import { askAgainSeconds, type Recorded, type RecordParts, recordRefund, tellRecorded } from './record-refund.ts'
import { findRefund, type RefundRow } from './refund-store.ts'

export type RefundTaskParts = RecordParts & {
  readonly database: Kysely<OrdersTables>
  providerOf(payment: PaymentRow): PaymentProvider
}

const refundData = z.object({ refund_id: z.uuid() })

type Ask = (provider: PaymentProvider, known: KnownRefund) => Promise<ProviderRefund | undefined>

/** Asks the refund to be made. A try before may have reached the provider, whose memory of keys ends: so it is asked. */
export function sendRefundTask(parts: RefundTaskParts): TaskHandler {
  return (task, signal) =>
    withRefund(parts, task, async (provider, known) => {
      await failpoint('orders.refund.before_send')
      const earlier = task.attempts > 1 ? await provider.fetchRefund(known, signal) : undefined
      const told = earlier ?? (await provider.refund({ ...known, signal }))
      await failpoint('orders.refund.after_send_call')
      return told
    })
}

/** Asks how a refund ended that the provider had not decided. */
export function watchRefundTask(parts: RefundTaskParts): TaskHandler {
  return (task, signal) => withRefund(parts, task, (provider, known) => provider.fetchRefund(known, signal))
}

async function withRefund(parts: RefundTaskParts, task: Task, ask: Ask): Promise<TaskOutcome> {
  const refund = await findRefund(parts.database, refundData.parse(task.data).refund_id)
  const payment = refund && (await findPayment(parts.database, refund.paymentId))
  if (refund === undefined || payment === undefined) return { park: 'there is no such refund' }
  if (refund.status !== 'pending') return 'done'
  if (payment.providerRef === null) return { park: 'the provider never named the payment' }
  const told = await ask(parts.providerOf(payment), knownRefund(refund, payment.providerRef))
  if (told === undefined) return { later: askAgainSeconds }
  const recorded = await record(parts, { refund, told, task })
  return recorded.state === 'pending' && task.kind === 'watch_refund' ? { later: askAgainSeconds } : 'done'
}

function knownRefund(
  { providerKey, orderId, amountCents, currency, ...refund }: RefundRow,
  providerRef: string,
): KnownRefund {
  const known = { key: providerKey, orderId, providerRef, amountCents, currency }
  return refund.providerRefundRef === null ? known : { ...known, providerRefundRef: refund.providerRefundRef }
}

type Answered = { readonly refund: RefundRow; readonly told: ProviderRefund; readonly task: Task }

async function record(parts: RefundTaskParts, { refund, told, task }: Answered): Promise<Recorded> {
  const wanted = { refundId: refund.id, told, origin: bySystem(task.cause) }
  const recorded = await repeatOnConflict(() =>
    parts.database.transaction().execute((transaction) => recordRefund(transaction, parts, wanted)),
  )
  tellRecorded(parts, recorded)
  return recorded
}
