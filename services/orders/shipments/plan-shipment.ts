import { Problem, problems } from '../../kit/problems.ts'
import { shipmentProblems } from '../problems.ts'
import type { OrderAction } from '../status/transitions.ts'
import type { NewShipment } from './shipment-contract.ts'

/** A line of the order with what has become of its units so far. */
export type LineUnits = {
  readonly id: string
  readonly quantity: number
  readonly shippedQuantity: number
  /** Given back before they were shipped: they are shipped no more. */
  readonly refundedQuantity: number
  /** A refund of some of them is not decided: where it fails they are to be shipped after all. */
  readonly mayComeBack: boolean
}

export type ShipmentPlan = {
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[]
  /** Afterwards nothing is left to ship, whatever becomes of refunds. */
  readonly completes: boolean
}

/** By what is asked for; whether that is all is known only once the lines are read. Both are allowed alike. */
export const actionOf = ({ lines }: NewShipment): OrderAction => (lines === undefined ? 'ship_rest' : 'ship_some')

/** What goes into the parcel: what was asked for, or all that is left. Throws where that is more than there is. */
export function planShipment(lines: readonly LineUnits[], wanted: NewShipment['lines']): ShipmentPlan {
  const left = new Map(lines.map((line) => [line.id, line.quantity - line.shippedQuantity - line.refundedQuantity]))
  if (wanted !== undefined) refuseUnknown(wanted, left)
  const units = wanted === undefined ? left : addedUp(wanted)
  const planned = [...units].flatMap(([itemId, quantity]) => (quantity > 0 ? [{ itemId, quantity }] : []))
  const over = planned.some(({ itemId, quantity }) => quantity > (left.get(itemId) ?? 0))
  if (over || planned.length === 0) throw exceedsUnits(left)
  const takesAll = [...left].every(([itemId, quantity]) => quantity === (units.get(itemId) ?? 0))
  return { lines: planned, completes: takesAll && !lines.some(({ mayComeBack }) => mayComeBack) }
}

type Wanted = NonNullable<NewShipment['lines']>
type Units = ReadonlyMap<string, number>

function addedUp(wanted: Wanted): Units {
  const units = new Map<string, number>()
  for (const { order_item_id: id, quantity } of wanted) units.set(id, (units.get(id) ?? 0) + quantity)
  return units
}

function refuseUnknown(wanted: Wanted, left: Units): void {
  const errors = wanted.flatMap(({ order_item_id: id }, index) => {
    if (left.has(id)) return []
    return [{ pointer: `/lines/${index}/order_item_id`, code: 'unknown_item', message: 'is not in the order' }]
  })
  if (errors.length > 0) throw new Problem(problems.invalid, { errors })
}

function exceedsUnits(left: Units): Problem {
  const lines = [...left].map(([order_item_id, quantity]) => ({ order_item_id, quantity }))
  return new Problem(shipmentProblems.exceedsUnits, { members: { left: lines } })
}
