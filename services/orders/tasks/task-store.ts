import { type Kysely, type QueryExecutorProvider, type RawBuilder, sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import type { OrdersTables } from '../schema.ts'

export const taskKinds = [
  'send_refund',
  'watch_refund',
  'release_stock',
  'return_stock',
  'return_units',
  'cancel_payment',
  'ask_payment',
  'cancel_order',
  'store_document',
] as const
export type TaskKind = (typeof taskKinds)[number]

export type NewTask = {
  readonly kind: TaskKind
  /** The same key again is the same task. */
  readonly key: string
  readonly orderId: string
  /** Ids and numbers: what else is needed is read when it is done. */
  readonly data?: Readonly<Record<string, unknown>>
  readonly cause: EventCause
  readonly afterSeconds?: number
}

export type Task = {
  readonly id: number
  readonly kind: string
  readonly key: string
  readonly orderId: string
  readonly data: unknown
  /** With this one. */
  readonly attempts: number
  readonly cause: EventCause
}

/** Something remote to be done once this transaction is committed. */
export async function addTask(transaction: Transaction<OrdersTables>, task: NewTask): Promise<void> {
  await taskInsert(task).execute(transaction)
}

/** The same, to be a part of a statement. */
export function taskInsert({ kind, key, orderId, data = {}, cause, afterSeconds = 0 }: NewTask): RawBuilder<unknown> {
  return sql`
    insert into order_tasks (kind, key, order_id, data, next_run_at, request_id, traceparent)
    values (${kind}, ${key}, ${orderId}, ${JSON.stringify(data)}::jsonb,
      now() + make_interval(secs => ${afterSeconds}), ${cause.requestId}, ${cause.traceparent ?? null})
    on conflict (key) do nothing`
}

/** A process that ends keeps what it took for as long as this; then another one takes it. */
const leaseSeconds = 30

/** Takes some that are due; who takes one has it alone until its lease is over. */
export async function claimTasks(database: Kysely<OrdersTables>, atMost: number): Promise<Task[]> {
  const { rows } = await sql<Omit<Task, 'cause'> & { requestId: string; traceparent: string | null }>`
    update order_tasks t set locked_until = now() + make_interval(secs => ${leaseSeconds}), attempts = t.attempts + 1
    from (
      select id from order_tasks
      where state = 'due' and next_run_at <= now() and (locked_until is null or locked_until <= now())
      order by next_run_at limit ${atMost}
      for update skip locked
    ) due
    where t.id = due.id
    returning t.id, t.kind, t.key, t.order_id as "orderId", t.data, t.attempts, t.request_id as "requestId",
      t.traceparent`.execute(database)
  return rows.map(({ requestId, traceparent, ...task }) => ({
    ...task,
    cause: { requestId, traceparent: traceparent ?? undefined },
  }))
}

/** Over: done, or for a person to look at. */
export async function endTask(
  database: QueryExecutorProvider,
  {
    id,
    state,
    error = null,
  }: { readonly id: number; readonly state: 'done' | 'parked'; readonly error?: string | null },
): Promise<void> {
  await sql`
    update order_tasks set state = ${state}, ended_at = now(), locked_until = null, last_error = left(${error}, 300)
    where id = ${id} and state = 'due'`.execute(database)
}

/** To be tried again after a while. */
export async function delayTask(
  database: QueryExecutorProvider,
  { id, seconds, error }: { readonly id: number; readonly seconds: number; readonly error: string | null },
): Promise<void> {
  await sql`
    update order_tasks set next_run_at = now() + make_interval(secs => ${seconds}), locked_until = null,
      last_error = left(${error}, 300)
    where id = ${id} and state = 'due'`.execute(database)
}
