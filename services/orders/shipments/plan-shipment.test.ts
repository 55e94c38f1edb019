import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Problem } from '../../kit/problems.ts'
import { type LineUnits, planShipment } from './plan-shipment.ts'

const line = (id: string, quantity: number, used: Partial<LineUnits> = {}): LineUnits => ({
  id,
  quantity,
  shippedQuantity: 0,
  refundedQuantity: 0,
  mayComeBack: false,
  ...used,
})
const units = (order_item_id: string, quantity: number) => ({ order_item_id, quantity })

function refusalOf(plan: () => unknown): unknown {
  try {
    return plan()
  } catch (error) {
    return error instanceof Problem ? [error.kind.status, error.facts.members ?? error.facts.errors] : error
  }
}

test('without lines all that is left is shipped', () => {
  const lines = [line('a', 3, { shippedQuantity: 1 }), line('b', 2, { refundedQuantity: 2 }), line('c', 1)]
  const planned = [
    { itemId: 'a', quantity: 2 },
    { itemId: 'c', quantity: 1 },
  ]
  expect(planShipment(lines, undefined)).toEqual({ lines: planned, completes: true })
})

test('equal items are added up, and a part leaves the rest', () => {
  const plan = planShipment([line('a', 3), line('b', 1)], [units('a', 1), units('a', 2)])
  expect(plan).toEqual({ lines: [{ itemId: 'a', quantity: 3 }], completes: false })
})

test('all that is left does not complete the order while refunded units may come back', () => {
  const refunded = line('a', 4, { refundedQuantity: 2, mayComeBack: true })
  const lines = [{ itemId: 'a', quantity: 2 }]
  expect(planShipment([refunded], undefined)).toEqual({ lines, completes: false })
  expect(planShipment([refunded], [units('a', 2)])).toEqual({ lines, completes: false })
  expect(planShipment([{ ...refunded, mayComeBack: false }], undefined)).toEqual({ lines, completes: true })
})

test('more than is left is refused with what is left of each line', () => {
  const left = [
    { order_item_id: 'a', quantity: 2 },
    { order_item_id: 'b', quantity: 0 },
  ]
  const lines = [line('a', 3, { shippedQuantity: 1 }), line('b', 1, { refundedQuantity: 1 })]
  expect(refusalOf(() => planShipment(lines, [units('a', 2), units('a', 1)]))).toEqual([409, { left }])
  expect(refusalOf(() => planShipment(lines, [units('b', 1)]))).toEqual([409, { left }])
})

test('where nothing is left there is no shipment', () => {
  const refusal = refusalOf(() => planShipment([line('a', 1, { refundedQuantity: 1 })], undefined))
  expect(refusal).toEqual([409, { left: [{ order_item_id: 'a', quantity: 0 }] }])
})

test('a line that is not in the order is pointed at', () => {
  const refusal = refusalOf(() => planShipment([line('a', 1)], [units('a', 1), units('x', 1)]))
  const error = { pointer: '/lines/1/order_item_id', code: 'unknown_item', message: 'is not in the order' }
  expect(refusal).toEqual([422, [error]])
})

test('O27: whatever is asked for, never more is shipped than was ordered and not refunded', () => {
  const lines = fc.array(
    fc.record({ quantity: fc.integer({ min: 1, max: 5 }), refunded: fc.integer({ min: 0, max: 5 }) }),
    { minLength: 1, maxLength: 3 },
  )
  const wish = fc.array(fc.record({ at: fc.nat(2), quantity: fc.integer({ min: 1, max: 4 }) }), { maxLength: 4 })
  fc.assert(
    fc.property(lines, fc.array(wish, { maxLength: 6 }), (ordered, wishes) => {
      const state = ordered.map(({ quantity, refunded }, at) =>
        line(String(at), quantity, { refundedQuantity: Math.min(refunded, quantity) }),
      )
      const shipped = state.map(() => 0)
      for (const wanted of wishes) {
        const now = state.map((one, at) => ({ ...one, shippedQuantity: shipped[at] ?? 0 }))
        const asked = wanted
          .filter(({ at }) => at < state.length)
          .map(({ at, quantity }) => units(String(at), quantity))
        const plan = planned(now, asked.length === 0 ? undefined : asked)
        for (const { itemId, quantity } of plan?.lines ?? [])
          shipped[Number(itemId)] = (shipped[Number(itemId)] ?? 0) + quantity
        const over = state.every((one, at) => one.quantity - one.refundedQuantity === shipped[at])
        if (plan !== undefined && plan.completes !== over) return false
      }
      return state.every((one, at) => one.quantity - one.refundedQuantity >= (shipped[at] ?? 0))
    }),
    { numRuns: 2_000 },
  )
})

function planned(...words: Parameters<typeof planShipment>) {
  const plan = refusalOf(() => planShipment(...words))
  return Array.isArray(plan) ? undefined : planShipment(...words)
}
