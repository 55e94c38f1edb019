import { errorText } from '../../kit/database-faults.ts'
import { answerOnce, type GivenAnswer, UnknownEffect } from '../../kit/idempotency.ts'
import {
  type Claim,
  KeyInProgress,
  renewResource,
  type StoredAnswer,
  storeAnswer,
} from '../../kit/idempotency-store.ts'
import { PeerUnavailable } from '../../kit/peer.ts'
import { Problem, problems } from '../../kit/problems.ts'
import type { ShortLine } from '../catalog-client.ts'
import { answerOfOrder } from '../drafts/create-order.ts'
import type { KeyedCall } from '../keyed-call.ts'
import { orderSchema } from '../order-contract.ts'
import type { PaymentProviders } from '../payments/open-providers.ts'
import { type ProviderName, ProviderUnavailable } from '../payments/provider.ts'
import { orderProblems, paymentProblems } from '../problems.ts'
import { findOrder } from '../reads/find-order.ts'
import { providerUnavailable } from '../saga/charge-steps.ts'
import { runSaga } from '../saga/run-saga.ts'
import { type SagaEnd, type SagaParts, SagaStopped } from '../saga/saga-parts.ts'
import { claimSaga, type LeasedSaga, LeaseLost, leaveSaga } from '../saga/saga-store.ts'
import { askAgainSeconds } from './apply-payment.ts'
import { type BeginParts, beginPayment } from './begin-payment.ts'
import type { PayTime } from './pay-time.ts'
import { findPayment, type PaymentRow } from './payment-store.ts'

export type PayParts = BeginParts &
  SagaParts & { readonly providers: Pick<PaymentProviders, 'names'>; readonly payTime: PayTime }

export type PayRequest = KeyedCall & {
  readonly orderId: string
  readonly provider: ProviderName
  readonly methodToken: string
}

/**
 * The saga in its customer's request. The payment's id is the key's: a repeat after a crash goes on with the same payment,
 * so with the same key at the provider.
 */
export async function payOrder(parts: PayParts, request: PayRequest): Promise<GivenAnswer> {
  const { principal, logger } = request
  if (!parts.providers.names.includes(request.provider)) throw unknownProvider(parts.providers.names)
  const keyed = { ...request.keyed, userId: principal.userId, resourceId: parts.newId(), logger }
  return answerOnce(parts.database, keyed, {
    do: (claim) =>
      parts.payTime
        .run(async (signal) => {
          const begun = await beginOrResume(parts, { request, claim })
          const end = begun.saga === undefined ? decided : await runOwn(parts, { saga: begun.saga, request, signal })
          return answer(parts, { request, claim: begun.claim, end })
        })
        .catch(keepPayment),
    async undo() {
      // What was begun is in the rows: the saga ends it, whoever asks.
    },
  })
}

/** Our own database was away, say: the payment may have begun, and the repeat has to find it under its id. */
function keepPayment(error: unknown): never {
  if (error instanceof Problem || error instanceof UnknownEffect) throw error
  throw new UnknownEffect('the payment may have begun', { cause: error })
}

const unknownProvider = (known: readonly string[]): Problem => {
  const error = { pointer: '/provider', code: 'unknown_provider', message: `must be one of ${known.join(', ')}` }
  return new Problem(paymentProblems.unknownProvider, { errors: [error] })
}

type Claimed = { readonly request: PayRequest; readonly claim: Claim }

type Begun = {
  readonly claim: Claim
  /** Undefined: what an earlier try began is decided. */
  readonly saga: LeasedSaga | undefined
}

const decided: SagaEnd = { kind: 'done' }

async function beginOrResume(parts: PayParts, { request, claim }: Claimed): Promise<Begun> {
  const { database } = parts
  const earlier = claim.number > 1 ? await findPayment(database, claim.resourceId) : undefined
  if (earlier === undefined) return { claim, saga: await begin(parts, { request, claim }) }
  const saga = await claimSaga(database, earlier.id)
  if (saga !== undefined) return { claim, saga }
  if (!(await isDecided(parts, earlier))) {
    throw new UnknownEffect('another process goes on with it', { cause: new KeyInProgress() })
  }
  // Begun by who ended before anything was charged, and closed for ever by who had no token: it begins anew.
  const isUncharged = earlier.status === 'failed' && earlier.reason !== 'out_of_stock'
  if (!isUncharged) return { claim, saga: undefined }
  const renewed = await renewResource(database, claim, parts.newId())
  return { claim: renewed, saga: await begin(parts, { request, claim: renewed }) }
}

function begin(parts: PayParts, { request, claim }: Claimed): Promise<LeasedSaga> {
  const { orderId, principal, provider, origin, forwarded } = request
  return beginPayment(parts, {
    orderId,
    ownerId: principal.userId,
    paymentId: claim.resourceId,
    provider,
    origin,
    forwarded,
  })
}

async function isDecided({ database }: PayParts, { id, orderId }: PaymentRow): Promise<boolean> {
  const saga = await database
    .selectFrom('order_sagas')
    .select('step')
    .where('order_id', '=', orderId)
    .where('payment_id', '=', id)
    .executeTakeFirst()
  return saga === undefined || saga.step === 'done'
}

type Own = { readonly saga: LeasedSaga; readonly request: PayRequest; readonly signal: AbortSignal }

async function runOwn(parts: PayParts, { saga, request, signal }: Own): Promise<SagaEnd> {
  const { methodToken, forwarded } = request
  try {
    const end = await runSaga(parts, saga, { methodToken, forwarded, signal })
    if (end.kind !== 'confirmed')
      await leaveSaga(parts.database, saga, { seconds: end.kind === 'waiting' ? askAgainSeconds : null })
    return end
  } catch (stopped) {
    if (!(stopped instanceof SagaStopped)) throw stopped
    const { saga: at, cause: error } = stopped
    if (error instanceof LeaseLost)
      throw new UnknownEffect('another process goes on with it', { cause: new KeyInProgress() })
    // Whoever repeats the request has the token; only then is it left to who has not.
    await leaveSaga(parts.database, at, { seconds: repeatWithinSeconds, error: errorText(error) })
    throw unknownEffect(error)
  }
}

/** As long as a client may take to repeat what was answered with 503, before the saga goes on without its token. */
const repeatWithinSeconds = 20

function unknownEffect(error: unknown): unknown {
  if (error instanceof ProviderUnavailable) {
    return new UnknownEffect('the provider may have charged', { cause: providerUnavailable(error) })
  }
  return error instanceof PeerUnavailable ? new UnknownEffect('the catalog may have acted', { cause: error }) : error
}

type Ended = Claimed & { readonly end: SagaEnd }

/** By the rows as they are now: whoever decided it, the answer is the same. */
async function answer(parts: PayParts, { request, claim, end }: Ended): Promise<StoredAnswer> {
  if (end.kind === 'short') throw short(end.lines)
  if (end.kind === 'hold-limit') throw new Problem(orderProblems.holdLimit, { headers: { 'retry-after': '60' } })
  if (end.kind === 'out-of-stock') throw short([])
  const order = await findOrder(parts.database, request.orderId)
  const payment = order?.payments.find(({ id }) => id === claim.resourceId)
  if (order === undefined || payment === undefined) throw new Problem(problems.notFound)
  const { status, reason } = payment
  // An earlier try was brought to its end by somebody else: its money has gone back.
  if (order.status === 'cancelled' || order.status === 'expired') throw short([])
  const members = { payment_id: payment.id, reason }
  if (status === 'declined' || status === 'cancelled') throw new Problem(paymentProblems.declined, { members })
  if (status === 'failed') throw failed(reason)
  const given = answerOfOrder(200, orderSchema.parse(order))
  const stored = status === 'captured' && order.status !== 'pending' ? given : { ...given, status: 202 }
  await storeAnswer(parts.database, claim, stored)
  return stored
}

function short(lines: readonly ShortLine[]): Problem {
  const errors = lines.map((line) => ({ code: 'insufficient', message: `${line.available} available`, ...line }))
  return new Problem(orderProblems.insufficientStock, errors.length === 0 ? {} : { errors })
}

/** Begun and given up without money: another attempt may begin. */
function failed(reason: string | null): Problem {
  if (reason === 'out_of_stock') return short([])
  return new Problem(paymentProblems.providerUnavailable, { headers: { 'retry-after': '2' } })
}
