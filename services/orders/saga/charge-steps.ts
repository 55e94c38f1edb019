import { failpoint } from '../../kit/failpoints.ts'
import { Problem } from '../../kit/problems.ts'
import { applyPayment } from '../pay/apply-payment.ts'
import { askProvider } from '../pay/ask-provider.ts'
import { endPayment, findPayment, knownPayment, type PaymentRow } from '../pay/payment-store.ts'
import { type ProviderPayment, ProviderUnavailable } from '../payments/provider.ts'
import { paymentProblems } from '../problems.ts'
import { lockOrder } from '../status/move-order.ts'
import { inTransaction, originOf, type Running, type SagaParts, type Stepped } from './saga-parts.ts'
import { advanceSaga, type LeasedSaga, readSaga, turnSaga } from './saga-store.ts'

/** With its customer's token: the key makes it one charge, however often it is repeated. */
export async function chargePayment(
  parts: SagaParts,
  saga: LeasedSaga,
  { methodToken = '', signal }: Running,
): Promise<Stepped> {
  const charging = saga.charging === true ? saga : await advanceSaga(parts.database, saga, chargeBegun)
  if (charging.charging !== true) return charging
  await failpoint('orders.saga.before_charge')
  const payment = await paymentOf(parts, charging)
  const provider = parts.providerOf(payment)
  const told = await provider
    .charge({ ...knownPayment(payment), methodToken, signal })
    .catch(async (error: unknown) => {
      // Certainly nothing moved, now or in an earlier try: another attempt may begin at once.
      const nothing = error instanceof ProviderUnavailable && !error.mayHaveActed && charging.chargedAt === null
      if (!nothing) throw error
      await failPayment(parts, charging, { payment, reason: 'provider_unavailable' })
      throw providerUnavailable(error)
    })
  await failpoint('orders.saga.after_charge_call')
  return applied(parts, charging, { payment, told })
}

const chargeBegun = { step: 'charge', charging: true } as const

/** Nobody has the token any more: what did the provider make of it? Where it is nothing, it must stay nothing. */
export async function resolveCharge(parts: SagaParts, saga: LeasedSaga, { signal }: Running): Promise<Stepped> {
  const payment = await paymentOf(parts, saga)
  const found = await askProvider(parts, payment, signal)
  if (found !== undefined) return applied(parts, saga, { payment, told: found })
  const closed = await parts.providerOf(payment).cancel({ ...knownPayment(payment), signal })
  // It has come after all, or is on its way.
  if (closed.state !== 'cancelled') return applied(parts, saga, { payment, told: closed })
  await failPayment(parts, saga, { payment, reason: 'not_charged' })
  return { kind: 'done' }
}

/** The poller's part: a webhook may never come. */
export async function askAgain(parts: SagaParts, saga: LeasedSaga, { signal }: Running): Promise<Stepped> {
  const payment = await paymentOf(parts, saga)
  const found = await askProvider(parts, payment, signal)
  if (found === undefined) return { kind: 'waiting' }
  return applied(parts, saga, { payment, told: found })
}

export function providerUnavailable(cause: ProviderUnavailable): Problem {
  const headers = { 'retry-after': String(cause.retryAfterSeconds) }
  return new Problem(paymentProblems.providerUnavailable, { headers, cause })
}

type Answered = { readonly payment: PaymentRow; readonly told: ProviderPayment }

async function applied(parts: SagaParts, saga: LeasedSaga, { payment, told }: Answered): Promise<Stepped> {
  const { database } = parts
  const outcome = await inTransaction(database, (transaction) =>
    applyPayment(transaction, parts, { payment, told, origin: originOf(saga) }),
  )
  parts.onApplied(payment, outcome)
  await failpoint('orders.saga.after_charge')
  // What was told to us first goes on like that.
  if (outcome === 'captured') return { ...saga, step: 'commit', attempt: 0, turns: saga.turns + 1 }
  // As it is now: a webhook may have told the same before us.
  const next = await readSaga(database, saga)
  return next.step === 'await' ? { kind: 'waiting' } : next
}

async function paymentOf({ database }: SagaParts, { paymentId }: LeasedSaga): Promise<PaymentRow> {
  const payment = await findPayment(database, paymentId)
  if (payment === undefined) throw new Error(`there is no payment ${paymentId}`)
  return payment
}

async function failPayment(
  parts: SagaParts,
  saga: LeasedSaga,
  { payment, reason }: { readonly payment: PaymentRow; readonly reason: string },
): Promise<void> {
  await inTransaction(parts.database, async (transaction) => {
    await lockOrder(transaction, saga.orderId)
    // A webhook was faster: its money has the saga go on.
    if ((await findPayment(transaction, payment.id))?.status === 'captured') return
    await endPayment(transaction, payment, { status: 'failed', reason })
    await turnSaga(transaction, payment.id, { step: 'done' })
  })
}
