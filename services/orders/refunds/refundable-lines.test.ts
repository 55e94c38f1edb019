import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type RefundableLine, refundableUnits, refundedLine } from './refundable-lines.ts'

const line: RefundableLine = {
  id: 'line',
  quantity: 3,
  unitPriceCents: 1_000,
  taxCents: 100,
  shippedQuantity: 0,
  refundedQuantity: 0,
  returnedQuantity: 0,
  givenCents: 0,
}

const restock = false

test.each([
  ['nothing is shipped', { shippedQuantity: 0 }, 2, [2, 0]],
  ['all is shipped', { shippedQuantity: 3 }, 2, [0, 2]],
  ['some is shipped', { shippedQuantity: 2 }, 2, [1, 1]],
  ['the unshipped ones are refunded', { shippedQuantity: 2, refundedQuantity: 1 }, 1, [0, 1]],
])('where %s, units that were not shipped go first', (_, units, quantity, expected) => {
  const refunded = refundedLine({ ...line, ...units }, { quantity, restock })
  expect([refunded.unshippedQuantity, refunded.shippedQuantity]).toEqual(expected)
})

test('three units with a tax of 100 give 33, 33 and 34 of it', () => {
  const first = refundedLine(line, { quantity: 1, restock })
  const second = refundedLine({ ...line, refundedQuantity: 1, givenCents: 1_033 }, { quantity: 1, restock })
  const third = refundedLine({ ...line, refundedQuantity: 2, givenCents: 2_066 }, { quantity: 1, restock })
  expect([first, second, third].map(({ amountCents }) => amountCents)).toEqual([1_033, 1_033, 1_034])
})

/** Refunds of a line, each of which may fail afterwards, until all units are refunded. */
const steps = fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 9 }), fails: fc.boolean() }), { maxLength: 40 })

const lines = fc
  .record({
    quantity: fc.integer({ min: 1, max: 1_000 }),
    unitPriceCents: fc.integer({ min: 0, max: 1_000_000_000 }),
    taxCents: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 1_000_000_000_000 })),
    shippedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ shippedShare, ...given }) => ({
    ...line,
    ...given,
    shippedQuantity: Math.floor(given.quantity * shippedShare),
  }))

test('refunds by lines in any order, also where some fail, give back together the line with exactly its tax', () => {
  fc.assert(
    fc.property(lines, steps, (given, wishes) => {
      let at = given
      const refund = (quantity: number) => {
        const refunded = refundedLine(at, { quantity, restock })
        expect(refunded.unshippedQuantity + refunded.shippedQuantity).toBe(quantity)
        expect(refunded.amountCents).toBeGreaterThanOrEqual(at.unitPriceCents * quantity)
        const after = applied(at, refunded, 1)
        expect(after.shippedQuantity + after.refundedQuantity).toBeLessThanOrEqual(after.quantity)
        expect(after.returnedQuantity).toBeLessThanOrEqual(after.shippedQuantity)
        expect(after.givenCents).toBeLessThanOrEqual(at.unitPriceCents * at.quantity + at.taxCents)
        at = after
        return refunded
      }
      const failing: ReturnType<typeof refund>[] = []
      for (const { quantity, fails } of wishes) {
        const left = Math.min(quantity, refundableUnits(at))
        const refunded = left === 0 ? undefined : refund(left)
        if (refunded !== undefined && fails) failing.push(refunded)
        // Some time later: what came after it was priced while it counted.
        const failed = failing.length > 2 ? failing.shift() : undefined
        if (failed !== undefined) at = applied(at, failed, -1)
      }
      while (refundableUnits(at) > 0) refund(refundableUnits(at))
      expect(at.givenCents).toBe(given.unitPriceCents * given.quantity + given.taxCents)
    }),
    { numRuns: 1_000 },
  )
})

function applied(at: typeof line, refunded: ReturnType<typeof refundedLine>, sign: 1 | -1) {
  return {
    ...at,
    refundedQuantity: at.refundedQuantity + sign * refunded.unshippedQuantity,
    returnedQuantity: at.returnedQuantity + sign * refunded.shippedQuantity,
    givenCents: at.givenCents + sign * refunded.amountCents,
  }
}
