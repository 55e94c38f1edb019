import type { Kysely, Transaction } from 'kysely'
import { refuseByConstraint } from '../../kit/constraint-problems.ts'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import { entityTag } from '../../kit/entity-tags.ts'
import { answerOnce, type GivenAnswer } from '../../kit/idempotency.ts'
import { type Claim, type StoredAnswer, storeAnswer } from '../../kit/idempotency-store.ts'
import { Problem } from '../../kit/problems.ts'
import { auditChange } from '../audit.ts'
import type { KeyedCall } from '../keyed-call.ts'
import { shipmentSchema } from '../order-contract.ts'
import { shipmentProblems } from '../problems.ts'
import { shipmentsOf } from '../reads/find-order.ts'
import type { OrdersTables } from '../schema.ts'
import { judged, type LockedOrder, lockOwnOrder, moveOrder, touchOrder } from '../status/move-order.ts'
import { bookShipment } from './book-shipment.ts'
import type { Carriers } from './carriers/carrier.ts'
import { actionOf, planShipment, type ShipmentPlan } from './plan-shipment.ts'
import type { NewShipment } from './shipment-contract.ts'
import { insertShipment, readUnits, shipmentIdsOf } from './shipment-store.ts'

export type ShipmentParts = {
  readonly database: Kysely<OrdersTables>
  /** Those that give tracking numbers by themselves. */
  readonly carriers: Carriers
  newId(): string
}

export type ShipmentRequest = KeyedCall & { readonly orderId: string; readonly wish: NewShipment }

/** As many as the event of a shipped order can name. */
const shipmentsAtMost = 100

/** A parcel with what is left of an order, or with a part of it. */
export async function createShipment(parts: ShipmentParts, request: ShipmentRequest): Promise<GivenAnswer> {
  const { principal, wish } = request
  const keyed = { ...request.keyed, userId: principal.userId, resourceId: parts.newId(), logger: request.logger }
  return answerOnce(parts.database, keyed, {
    async do(claim) {
      const trackingNumber = wish.tracking_number ?? (await bookShipment(parts, { ...request, id: claim.resourceId }))
      return repeatOnConflict(() =>
        parts.database
          .transaction()
          .execute((transaction) => writeShipment(transaction, { request, claim, trackingNumber })),
      ).catch(refuseUsed)
    },
    async undo() {
      // What a carrier has booked and never gets costs nothing.
    },
  })
}

/** The row lock lets none of them come about; the table has the last word. */
const refuseUsed = refuseByConstraint({
  shipments_tracking_once: () => new Problem(shipmentProblems.trackingUsed),
  order_items_units_exist: () => new Problem(shipmentProblems.exceedsUnits),
})

type Writing = { readonly request: ShipmentRequest; readonly claim: Claim; readonly trackingNumber: string }

async function writeShipment(
  transaction: Transaction<OrdersTables>,
  { request, claim, trackingNumber }: Writing,
): Promise<StoredAnswer> {
  const { orderId, wish } = request
  const id = claim.resourceId
  const order = await lockOwnOrder(transaction, { id: orderId })
  judged(order, actionOf(wish))
  const plan = planShipment(await readUnits(transaction, orderId), wish.lines)
  const earlier = await shipmentIdsOf(transaction, orderId)
  // So that the last one can always take what is left.
  if (earlier.length >= shipmentsAtMost - 1 && !plan.completes) throw tooMany()
  await insertShipment(transaction, { id, orderId, carrier: wish.carrier, trackingNumber, lines: plan.lines })
  await shipOrder(transaction, { order, plan, shipmentIds: [...earlier, id], request })
  const [shipment] = await shipmentsOf(transaction, orderId, id)
  const headers = { location: `/api/v1/orders/${orderId}`, etag: entityTag(order.version + 1) }
  const answer = { status: 201, headers, body: JSON.stringify(shipmentSchema.parse(shipment)) }
  await storeAnswer(transaction, claim, answer)
  return answer
}

const tooMany = (): Problem =>
  new Problem(shipmentProblems.tooMany, {
    detail: `The shipment number ${shipmentsAtMost} has to take all that is left`,
  })

type Shipping = {
  readonly order: LockedOrder
  readonly plan: ShipmentPlan
  /** All of the order's. */
  readonly shipmentIds: readonly string[]
  readonly request: ShipmentRequest
}

async function shipOrder(
  transaction: Transaction<OrdersTables>,
  { order, plan, shipmentIds, request }: Shipping,
): Promise<void> {
  const to = plan.completes ? 'shipped' : 'processing'
  if (plan.completes) {
    const move = { action: 'ship_rest', to, reason: 'all units shipped', data: { shipment_ids: shipmentIds } } as const
    await moveOrder(transaction, order, { ...move, ...request.origin })
  } else if (order.status === to) {
    await touchOrder(transaction, order.id)
  } else {
    await moveOrder(transaction, order, { action: 'ship_some', to, reason: 'some units shipped', ...request.origin })
  }
  const units = plan.lines.map(({ itemId, quantity }) => ({ order_item_id: itemId, quantity }))
  const after = { status: to, shipment_id: shipmentIds.at(-1), carrier: request.wish.carrier, lines: units }
  const change = { action: 'shipment_created', orderId: order.id, before: { status: order.status }, after } as const
  await auditChange(transaction, change, request.origin)
}
