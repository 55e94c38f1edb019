import { randomUUID } from 'node:crypto'
import { type Kysely, type QueryExecutorProvider, type RawBuilder, sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import type { OrdersTables, SagaStep } from '../schema.ts'
import type { Origin } from '../status/move-order.ts'

/** Longer than a payment's request may take, so that nobody goes on with it beside its caller. */
const leaseSeconds = 25

/** One payment's way, and the right to go on with it until the lease is over. */
export type LeasedSaga = {
  readonly orderId: string
  readonly paymentId: string
  readonly step: SagaStep
  readonly attempt: number
  readonly lease: string
  /** How often somebody had told it where to go on when it was read. */
  readonly turns: number
  /** The charge may have reached the provider since, in an earlier try. */
  readonly chargedAt: Date | null
  /** It is written down that this try asks the provider. */
  readonly charging?: true
  readonly actorId: string | null
  readonly cause: EventCause
}

export type NewSaga = {
  readonly orderId: string
  readonly paymentId: string
  readonly step: SagaStep
  readonly origin: Origin
}

/** The way of a payment at its beginning, leased to who begins it. */
export function newSaga({ orderId, paymentId, step, origin: { actor, cause } }: NewSaga): LeasedSaga {
  return {
    orderId,
    paymentId,
    step,
    attempt: 0,
    lease: randomUUID(),
    turns: 0,
    chargedAt: null,
    actorId: actor.id,
    cause,
  }
}

/** An order has one at a time. */
export function sagaInsert({ orderId, paymentId, step, lease, actorId, cause }: LeasedSaga): RawBuilder<unknown> {
  return sql`
    insert into order_sagas as s (order_id, payment_id, step, lease, locked_until, actor_id, request_id, traceparent)
    values (${orderId}, ${paymentId}, ${step}, ${lease}, now() + make_interval(secs => ${leaseSeconds}), ${actorId},
      ${cause.requestId}, ${cause.traceparent ?? null})
    on conflict (order_id) do update set payment_id = excluded.payment_id, step = excluded.step, attempt = 0,
      next_run_at = now(), turns = 0, lease = excluded.lease, locked_until = excluded.locked_until, last_error = null,
      charged_at = null, actor_id = excluded.actor_id, request_id = excluded.request_id,
      traceparent = excluded.traceparent, updated_at = now()`
}

type SagaRow = Omit<LeasedSaga, 'cause'> & { requestId: string; traceparent: string | null }

const leased = ({ requestId, traceparent, ...saga }: SagaRow): LeasedSaga => ({
  ...saga,
  cause: { requestId, traceparent: traceparent ?? undefined },
})

const sagaColumns = sql`s.order_id as "orderId", s.payment_id as "paymentId", s.step, s.attempt, s.lease,
  s.turns, s.charged_at as "chargedAt", s.actor_id as "actorId", s.request_id as "requestId", s.traceparent`

/** Takes some that are due and that nobody works on. */
export async function claimSagas(database: Kysely<OrdersTables>, atMost: number): Promise<LeasedSaga[]> {
  const { rows } = await sql<SagaRow>`
    update order_sagas s set lease = gen_random_uuid(), locked_until = now() + make_interval(secs => ${leaseSeconds}),
      attempt = s.attempt + 1
    from (
      select order_id from order_sagas
      where step <> 'done' and next_run_at <= now() and (locked_until is null or locked_until <= now())
      order by next_run_at limit ${atMost}
      for update skip locked
    ) due
    where s.order_id = due.order_id
    returning ${sagaColumns}`.execute(database)
  return rows.map(leased)
}

/** The one of this payment, for who repeats the request that began it; undefined while somebody else works on it. */
export async function claimSaga(database: Kysely<OrdersTables>, paymentId: string): Promise<LeasedSaga | undefined> {
  const { rows } = await sql<SagaRow>`
    update order_sagas s set lease = gen_random_uuid(), locked_until = now() + make_interval(secs => ${leaseSeconds})
    where payment_id = ${paymentId} and step <> 'done' and (locked_until is null or locked_until <= now())
    returning ${sagaColumns}`.execute(database)
  return rows.map(leased)[0]
}

/** The lease is over and somebody else has gone on: whoever meets this stops, and nothing is wrong. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

export type Advance = {
  readonly step: SagaStep
  /** The provider will be asked next: from now on money may have moved. */
  readonly charging?: boolean
}

/** The step is done and the next one begins; where a webhook has told of it meanwhile, it goes on where that leads. */
export async function advanceSaga(
  database: QueryExecutorProvider,
  saga: LeasedSaga,
  { step, charging = false }: Advance,
): Promise<LeasedSaga> {
  const unturned = (next: unknown, told: RawBuilder<unknown>) =>
    sql`case s.turns when ${saga.turns} then ${next} else ${told} end`
  const charged = charging ? sql`, charged_at = ${unturned(sql`now()`, sql`s.charged_at`)}` : sql``
  const { rows } = await sql<SagaRow>`
    update order_sagas s set step = ${unturned(step, sql`s.step`)}, attempt = 0, last_error = null,
      updated_at = now()${charged}
    where order_id = ${saga.orderId} and payment_id = ${saga.paymentId} and lease = ${saga.lease}
    returning ${sagaColumns}`.execute(database)
  const [row] = rows
  if (row === undefined) throw new LeaseLost()
  const isTurned = row.turns !== saga.turns
  return charging && !isTurned ? { ...leased(row), chargedAt: saga.chargedAt, charging } : leased(row)
}

/** What it is at now, where the lease is still ours: a webhook may have brought it further. */
export async function readSaga(database: QueryExecutorProvider, saga: LeasedSaga): Promise<LeasedSaga> {
  const { rows } = await sql<SagaRow>`
    select ${sagaColumns} from order_sagas s
    where order_id = ${saga.orderId} and payment_id = ${saga.paymentId} and lease = ${saga.lease}`.execute(database)
  const [row] = rows
  if (row === undefined) throw new LeaseLost()
  return leased(row)
}

export type Turn = {
  readonly step: SagaStep
  readonly afterSeconds?: number
}

/** Where the payment's way goes on after something was told of it, whoever holds the lease. */
export async function turnSaga(
  transaction: Transaction<OrdersTables>,
  paymentId: string,
  { step, afterSeconds = 0 }: Turn,
): Promise<void> {
  await sql`
    update order_sagas set step = ${step}, attempt = 0, turns = turns + 1, updated_at = now(),
      next_run_at = now() + make_interval(secs => ${afterSeconds})
    where payment_id = ${paymentId} and step <> 'done'`.execute(transaction)
}

/** The end of its way, and of the lease: whoever has lost that must not decide any more. */
export async function endSaga(transaction: Transaction<OrdersTables>, saga: LeasedSaga): Promise<void> {
  const { numAffectedRows } = await sql`
    update order_sagas set step = 'done', lease = null, locked_until = null, last_error = null, updated_at = now()
    where order_id = ${saga.orderId} and payment_id = ${saga.paymentId} and lease = ${saga.lease}`.execute(transaction)
  if (numAffectedRows !== 1n) throw new LeaseLost()
}

/** Gives the lease back; it is due again after these seconds, or when somebody has told meanwhile. */
export async function leaveSaga(
  database: QueryExecutorProvider,
  saga: LeasedSaga,
  { seconds, error = null }: { readonly seconds: number | null; readonly error?: string | null },
): Promise<void> {
  const due =
    seconds === null
      ? sql``
      : sql`, next_run_at = case turns when ${saga.turns} then now() + make_interval(secs => ${seconds}) else next_run_at end`
  await sql`
    update order_sagas set lease = null, locked_until = null, last_error = left(${error}, 300)${due}
    where order_id = ${saga.orderId} and lease = ${saga.lease}`.execute(database)
}

type Revived = { readonly orderId: string; readonly paymentId: string; readonly cause: EventCause }

/** Brings a saga that had ended, or never began, back to its last part: money came after all. */
export function sagaRevival({ orderId, paymentId, cause }: Revived): RawBuilder<unknown> {
  return sql`
    insert into order_sagas as s (order_id, payment_id, step, request_id, traceparent)
    values (${orderId}, ${paymentId}, 'commit', ${cause.requestId}, ${cause.traceparent ?? null})
    on conflict (order_id) do update set payment_id = excluded.payment_id, step = 'commit', attempt = 0,
      turns = s.turns + 1, next_run_at = now(), updated_at = now()`
}
