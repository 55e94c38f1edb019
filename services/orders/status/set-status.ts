import { z } from '@hono/zod-openapi'
import { type Kysely, sql, type Transaction } from 'kysely'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import { preconditionProblems, type ReplaceableVersions } from '../../kit/entity-tags.ts'
import { nameSchema } from '../../kit/name-schema.ts'
import { Problem } from '../../kit/problems.ts'
import { auditChange } from '../audit.ts'
import type { Call } from '../keyed-call.ts'
import { type Order, orderSchema } from '../order-contract.ts'
import { findOrder } from '../reads/find-order.ts'
import type { OrdersTables } from '../schema.ts'
import { deliverArrived } from '../shipments/deliver-arrived.ts'
import { bySystem, holdOrder, judged, type LockedOrder, lockOwnOrder, moveOrder, type Origin } from './move-order.ts'

const reason = nameSchema(200)

export const statusChangeSchema = z
  .discriminatedUnion('status', [
    z.strictObject({ status: z.literal('processing') }),
    z.strictObject({ status: z.literal('delivered') }),
    z.strictObject({ status: z.literal('on_hold'), reason }),
    z.strictObject({ status: z.literal('released'), reason }),
  ])
  .openapi('NewOrderStatus', { example: { status: 'on_hold', reason: 'the address does not exist' } })
export type StatusChange = z.output<typeof statusChangeSchema>

export type StatusRequest = Call & {
  readonly orderId: string
  readonly change: StatusChange
  readonly replaces: ReplaceableVersions
}

/** By an admin: the next step of the order, or none before somebody has looked at it. */
export async function setStatus(database: Kysely<OrdersTables>, request: StatusRequest): Promise<Order> {
  const { orderId, replaces, origin } = request
  return repeatOnConflict(() =>
    database.transaction().execute(async (transaction) => {
      const order = await lockOwnOrder(transaction, { id: orderId })
      if (replaces !== 'any' && !replaces.includes(order.version)) throw new Problem(preconditionProblems.failed)
      await applyChange(transaction, { order, change: request.change, origin })
      return orderSchema.parse(await findOrder(transaction, orderId))
    }),
  )
}

type Changing<Change = StatusChange> = {
  readonly order: LockedOrder
  readonly change: Change
  readonly origin: Origin
}

async function applyChange(transaction: Transaction<OrdersTables>, { order, change, origin }: Changing): Promise<void> {
  switch (change.status) {
    case 'processing':
      return step(transaction, { order, change: { action: 'process', to: 'processing' }, origin })
    case 'delivered':
      return step(transaction, { order, change: { action: 'deliver', to: 'delivered' }, origin })
    case 'on_hold':
      return hold(transaction, { order, change, origin })
    case 'released':
      return release(transaction, { order, change, origin })
  }
}

type Step =
  | { readonly action: 'process'; readonly to: 'processing' }
  | { readonly action: 'deliver'; readonly to: 'delivered' }

async function step(transaction: Transaction<OrdersTables>, { order, change, origin }: Changing<Step>): Promise<void> {
  if (judged(order, change.action) === 'same') return
  if (change.to === 'delivered') await markArrived(transaction, order.id)
  await moveOrder(transaction, order, { ...change, reason: 'set by an admin', ...origin })
  const [before, after] = [{ status: order.status }, { status: change.to }]
  await auditChange(transaction, { action: 'status_set', orderId: order.id, before, after }, origin)
}

/** Whoever says that the order has arrived says it of its parcels. */
async function markArrived(transaction: Transaction<OrdersTables>, orderId: string): Promise<void> {
  await sql`
    update shipments set status = 'delivered', delivered_at = now(), updated_at = now()
    where order_id = ${orderId} and status <> 'delivered'`.execute(transaction)
}

type Reasoned = { readonly reason: string }

async function hold(
  transaction: Transaction<OrdersTables>,
  { order, change, origin }: Changing<Reasoned>,
): Promise<void> {
  await holdOrder(transaction, { id: order.id, reason: change.reason })
  const [before, after] = [{ on_hold: order.onHoldReason }, { on_hold: change.reason }]
  await auditChange(transaction, { action: 'on_hold_set', orderId: order.id, before, after }, origin)
}

async function release(
  transaction: Transaction<OrdersTables>,
  { order, change, origin }: Changing<Reasoned>,
): Promise<void> {
  if (order.onHoldReason === null) return
  await sql`
    update orders set on_hold_reason = null, version = version + 1, updated_at = now()
    where id = ${order.id}`.execute(transaction)
  const [before, after] = [{ on_hold: order.onHoldReason }, { on_hold: null, reason: change.reason }]
  await auditChange(transaction, { action: 'on_hold_cleared', orderId: order.id, before, after }, origin)
  // The carrier may have told it meanwhile.
  await deliverArrived(transaction, { ...order, onHoldReason: null }, bySystem(origin.cause))
}
