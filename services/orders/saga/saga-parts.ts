import type { Kysely, Transaction } from 'kysely'
import { errorText, repeatOnConflict } from '../../kit/database-faults.ts'
import type { Logger } from '../../kit/logging.ts'
import type { Catalog, CatalogCaller, ShortLine } from '../catalog-client.ts'
import type { Applied } from '../pay/apply-payment.ts'
import type { PaymentRow } from '../pay/payment-store.ts'
import type { PaymentProvider } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'
import type { Origin } from '../status/move-order.ts'
import type { ConfirmParts } from './confirm-order.ts'
import type { LeasedSaga } from './saga-store.ts'

export type SagaParts = ConfirmParts & {
  readonly database: Kysely<OrdersTables>
  readonly catalog: Catalog
  readonly logger: Logger
  providerOf(payment: PaymentRow): PaymentProvider
  onApplied(payment: PaymentRow, applied: Applied): void
  /** A task was written: it need not wait for its time. */
  wakeTasks(): void
}

export type Running = {
  /** Only its customer's own request has it, and it is nowhere else. */
  readonly methodToken?: string | undefined
  readonly forwarded: CatalogCaller['forwarded']
  readonly signal: AbortSignal
}

export type SagaEnd =
  /** Decided: the rows tell how. */
  | { readonly kind: 'done' }
  /** The same by our own last step, with which the lease has ended. */
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'short'; readonly lines: readonly ShortLine[] }
  | { readonly kind: 'hold-limit' }
  /** The stock was sold to somebody else meanwhile: the money goes back. */
  | { readonly kind: 'out-of-stock' }
  /** For the customer, or for the provider to decide. */
  | { readonly kind: 'waiting' }

/** A step has failed: with the saga as it was at that step. */
export class SagaStopped extends Error {
  override readonly name = 'SagaStopped'
  readonly saga: LeasedSaga

  constructor(saga: LeasedSaga, cause: unknown) {
    super(`the payment stopped at ${saga.step}: ${errorText(cause)}`, { cause })
    this.saga = saga
  }
}

/** What a step leaves: the saga at its next one, or its end. */
export type Stepped = LeasedSaga | SagaEnd

/** Whoever began the payment, also where another process goes on with it. */
export const originOf = ({ cause, actorId }: LeasedSaga): Origin => ({
  actor: actorId === null ? { role: 'system', id: null } : { role: 'user', id: actorId },
  cause,
})

export function inTransaction<Result>(
  database: Kysely<OrdersTables>,
  run: (transaction: Transaction<OrdersTables>) => Promise<Result>,
): Promise<Result> {
  return repeatOnConflict(() => database.transaction().execute(run))
}
