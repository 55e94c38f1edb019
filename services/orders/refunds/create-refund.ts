import type { Kysely, Transaction } from 'kysely'
import { refuseByConstraint } from '../../kit/constraint-problems.ts'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import { answerOnce, type GivenAnswer } from '../../kit/idempotency.ts'
import { type Claim, idempotencyProblems, type StoredAnswer, storeAnswer } from '../../kit/idempotency-store.ts'
import { Problem } from '../../kit/problems.ts'
import { auditChange } from '../audit.ts'
import type { KeyedCall } from '../keyed-call.ts'
import { refundSchema } from '../order-contract.ts'
import { paymentsOfOrder } from '../pay/payment-store.ts'
import { refundsOf } from '../reads/find-order.ts'
import type { OrdersTables } from '../schema.ts'
import { lockOwnOrder, touchOrder } from '../status/move-order.ts'
import { addTask } from '../tasks/task-store.ts'
import { planRefund, type RefundPlan } from './plan-refund.ts'
import type { NewRefund } from './refund-contract.ts'
import { insertRefund, insertRefundLines, refundableLines, refundedShippingCents } from './refund-store.ts'

export type RefundParts = {
  readonly database: Kysely<OrdersTables>
  newId(): string
  wakeTasks(): void
}

export type RefundRequest = KeyedCall & { readonly orderId: string; readonly wish: NewRefund }

/** Decided, and taken from what can be given back, in one transaction; the provider is asked after it. */
export async function createRefund(parts: RefundParts, request: RefundRequest): Promise<GivenAnswer> {
  const { principal, logger } = request
  const keyed = { ...request.keyed, userId: principal.userId, resourceId: parts.newId(), logger }
  const answer = await answerOnce(parts.database, keyed, {
    do: (claim) =>
      repeatOnConflict(() =>
        parts.database.transaction().execute((transaction) => writeRefund(transaction, { request, claim })),
      ).catch(refuseKnown),
    async undo() {
      // Nothing was asked of anybody.
    },
  })
  parts.wakeTasks()
  return answer
}

/** The key's answer is forgotten after a while, the refund is not. */
const refuseKnown = refuseByConstraint({ refunds_once: () => new Problem(idempotencyProblems.mismatch) })

type Writing = { readonly request: RefundRequest; readonly claim: Claim }

async function writeRefund(transaction: Transaction<OrdersTables>, { request, claim }: Writing): Promise<StoredAnswer> {
  const { orderId, wish } = request
  const order = await lockOwnOrder(transaction, { id: orderId })
  const plan = planRefund(
    {
      order,
      payments: await paymentsOfOrder(transaction, orderId),
      lines: wish.lines === undefined ? [] : await refundableLines(transaction, orderId),
      refundedShippingCents: wish.shipping === true ? await refundedShippingCents(transaction, orderId) : 0,
    },
    wish,
  )
  await applyPlan(transaction, { request, claim, plan })
  const [refund] = await refundsOf(transaction, { orderId, refundId: claim.resourceId })
  const headers = { location: `/api/v1/orders/${orderId}/refunds` }
  const answer = { status: 201, headers, body: JSON.stringify(refundSchema.parse(refund)) }
  await storeAnswer(transaction, claim, answer)
  return answer
}

async function applyPlan(
  transaction: Transaction<OrdersTables>,
  { request, claim, plan }: Writing & { readonly plan: RefundPlan },
): Promise<void> {
  const { orderId, wish, origin, principal } = request
  const { payment, amountCents, shippingCents, lines } = plan
  const id = claim.resourceId
  await insertRefund(transaction, {
    id,
    paymentId: payment.id,
    key: `admin:${principal.userId}:${claim.key}`,
    // Without its hyphens, for a provider's key has at most 90 characters.
    providerKey: `${payment.providerKey}:refund:${id.replaceAll('-', '')}`,
    amountCents,
    shippingCents,
    reason: wish.reason,
    origin,
  })
  await insertRefundLines(transaction, { refundId: id, lines })
  await touchOrder(transaction, orderId)
  const { capturedCents, refundedCents } = payment
  const before = { payment_id: payment.id, refundable_cents: capturedCents - refundedCents }
  const after = {
    refund_id: id,
    amount_cents: amountCents,
    refundable_cents: before.refundable_cents - amountCents,
    lines,
  }
  await auditChange(transaction, { action: 'refund_created', orderId, before, after }, origin)
  const { cause } = origin
  await addTask(transaction, { kind: 'send_refund', key: `refund:${id}`, orderId, data: { refund_id: id }, cause })
}
