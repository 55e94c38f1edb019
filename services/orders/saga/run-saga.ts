import { failpoint } from '../../kit/failpoints.ts'
import { askAgain, chargePayment, resolveCharge } from './charge-steps.ts'
import { confirmOrder } from './confirm-order.ts'
import {
  inTransaction,
  originOf,
  type Running,
  type SagaEnd,
  type SagaParts,
  SagaStopped,
  type Stepped,
} from './saga-parts.ts'
import type { LeasedSaga } from './saga-store.ts'
import { commitStock, reserveStock } from './stock-steps.ts'

/**
 * Step by step to the end, each one written down before the next: whoever resumes it repeats one step at most. Throws
 * SagaStopped.
 */
export async function runSaga(parts: SagaParts, started: LeasedSaga, running: Running): Promise<SagaEnd> {
  let at: Stepped = started
  while ('step' in at) {
    const saga: LeasedSaga = at
    at = await runStep(parts, saga, running)
      .then((next) => furtherThan(saga, next))
      .catch((error: unknown) => Promise.reject(new SagaStopped(saga, error)))
  }
  parts.wakeTasks()
  return at
}

/** Tried again later, like all that fails, rather than for ever at once. */
function furtherThan(saga: LeasedSaga, next: Stepped): Stepped {
  if ('step' in next && next.step === saga.step && next.turns === saga.turns) throw new Error('it does not go on')
  return next
}

async function runStep(parts: SagaParts, saga: LeasedSaga, running: Running): Promise<Stepped> {
  switch (saga.step) {
    case 'reserve':
      return reserveStock(parts, saga, running)
    case 'charge':
      return running.methodToken === undefined
        ? resolveCharge(parts, saga, running)
        : chargePayment(parts, saga, running)
    case 'await':
      return askAgain(parts, saga, running)
    case 'commit':
      return commitStock(parts, saga, running)
    case 'confirm':
      return confirm(parts, saga)
    case 'done':
      return { kind: 'done' }
  }
}

async function confirm(parts: SagaParts, saga: LeasedSaga): Promise<Stepped> {
  await failpoint('orders.saga.before_confirm')
  await inTransaction(parts.database, (transaction) =>
    confirmOrder(transaction, parts, { saga, origin: originOf(saga) }),
  )
  await failpoint('orders.saga.after_confirm')
  return { kind: 'confirmed' }
}
