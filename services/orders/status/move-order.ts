import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { EventCause } from '../../kit/events.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { orderProblems } from '../problems.ts'
import type { OrdersTables } from '../schema.ts'
import { eventOfStatus, orderEvent } from './order-event.ts'
import {
  allowedActions,
  type Cell,
  cellOf,
  isForward,
  type OrderAction,
  type OrderStatus,
  type PaymentStatus,
  sourcesOf,
} from './transitions.ts'

/** Who does it, and by which request. */
export type Origin = {
  readonly actor: { readonly role: 'user' | 'admin' | 'system'; readonly id: string | null }
  readonly cause: EventCause
}

/** For what nobody asked for: time has passed, or a provider has told. */
export const bySystem = (cause: EventCause): Origin => ({ actor: { role: 'system', id: null }, cause })

export type LockedOrder = {
  readonly id: string
  readonly userId: string
  readonly status: OrderStatus
  readonly paymentStatus: PaymentStatus
  readonly currency: string
  readonly totalCents: number
  readonly shippingCents: number
  readonly reference: string | null
  readonly holdNumber: number
  readonly onHoldReason: string | null
  /** Where it goes. */
  readonly hasAddress: boolean
  readonly version: number
}

/** Takes the order's row until the end of the transaction: whatever changes an order begins here. */
export async function lockOrder(transaction: Transaction<OrdersTables>, id: string): Promise<LockedOrder | undefined> {
  const { rows } = await sql<LockedOrder>`
    select id, user_id as "userId", status, payment_status as "paymentStatus", currency, total_cents as "totalCents",
      shipping_cents as "shippingCents", reservation_reference as reference, hold_number as "holdNumber",
      on_hold_reason as "onHoldReason", shipping_address is not null as "hasAddress", version
    from orders where id = ${id} for update`.execute(transaction)
  return rows[0]
}

/** The same, for a row that must be there and, where a user asks, be theirs. */
export async function lockOwnOrder(
  transaction: Transaction<OrdersTables>,
  { id, ownerId }: { readonly id: string; readonly ownerId?: string | undefined },
): Promise<LockedOrder> {
  const order = await lockOrder(transaction, id)
  if (order === undefined || (ownerId !== undefined && order.userId !== ownerId)) throw new Problem(problems.notFound)
  return order
}

/** What the table says, or the 409 that tells what may be done instead. */
export function judged(
  order: Pick<LockedOrder, 'status' | 'onHoldReason'>,
  action: OrderAction,
): Exclude<Cell, 'conflict'> {
  const cell = cellOf(action, order.status)
  if (cell === 'conflict') throw invalidTransition(order.status, action)
  if (cell !== 'same' && order.onHoldReason !== null && isForward(action)) {
    throw new Problem(orderProblems.onHold, { members: { reason: order.onHoldReason } })
  }
  return cell
}

export const invalidTransition = (from: OrderStatus, action: OrderAction): Problem =>
  new Problem(orderProblems.invalidTransition, {
    detail: `An order that is ${from} does not allow ${action}`,
    members: { from, action, allowed_transitions: allowedActions(from) },
  })

export type Move = {
  readonly action: OrderAction
  readonly to: OrderStatus
  readonly reason: string
  /** What the event of the new status tells beside the order itself: ids, numbers and states. */
  readonly data?: Readonly<Record<string, unknown>>
  /** Further columns of `orders`. */
  readonly set?: RawBuilder<unknown>
}

/**
 * The only statement that changes a status: the order, its history and its event at once. The caller holds the row; the
 * guard on the status is upheld here all the same, and by a trigger.
 */
export async function moveOrder(
  transaction: Transaction<OrdersTables>,
  order: LockedOrder,
  { actor, cause, ...move }: Move & Origin,
): Promise<void> {
  const { action, to, reason, data = {}, set } = move
  const from = sourcesOf(action, to)
  const { rows } = await sql<{ version: number }>`
    with moved as (
      update orders set status = ${to}, version = version + 1, updated_at = now()${timesOf(to)}${
        set === undefined ? sql`` : sql`, ${set}`
      }
      where id = ${order.id} and status = any(${from}) and status <> ${to}
      returning id, user_id, status, currency, total_cents, version
    ), noted as (
      insert into order_status_history (order_id, from_status, to_status, actor_id, actor_role, reason, request_id)
      select id, ${order.status}, ${to}, ${actor.id}::uuid, ${actor.role}, ${reason}, ${cause.requestId} from moved
    )
    select told.version, ${orderEvent({ type: eventOfStatus[to], data }, cause)} from moved told`.execute(transaction)
  if (rows.length !== 1) throw invalidTransition(order.status, action)
}

const timesOf = (to: OrderStatus): RawBuilder<unknown> => {
  switch (to) {
    case 'draft':
      return sql`, pending_at = null`
    case 'pending':
      return sql`, pending_at = now()`
    case 'paid':
      return sql`, paid_at = now()`
    case 'shipped':
      return sql`, shipped_at = now()`
    case 'delivered':
      return sql`, delivered_at = now()`
    default:
      return sql``
  }
}

/** Counts a change of the order that is no change of its status, so that its tag is another. */
export async function touchOrder(transaction: Transaction<OrdersTables>, id: string): Promise<void> {
  await orderTouch(id).execute(transaction)
}

/** The same, to be a part of a statement. */
export const orderTouch = (id: string): RawBuilder<unknown> =>
  sql`update orders set version = version + 1, updated_at = now() where id = ${id}`

/** Stops every forward step until an admin has looked at it. */
export async function holdOrder(
  transaction: Transaction<OrdersTables>,
  { id, reason }: { readonly id: string; readonly reason: string },
): Promise<void> {
  await sql`
    update orders set on_hold_reason = ${reason}, version = version + 1, updated_at = now()
    where id = ${id}`.execute(transaction)
}
