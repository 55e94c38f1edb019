import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acceptedCells, acceptedChanges } from './testing/acceptance-table.ts'
import {
  allowedActions,
  type Cell,
  cellOf,
  isForward,
  type OrderAction,
  type OrderStatus,
  orderActions,
  orderStatuses,
  sourcesOf,
} from './transitions.ts'

/** The table's words that are not ours. */
const ours: Readonly<Record<string, Cell>> = {
  '409': 'conflict',
  hold: 'keep',
  refund: 'back',
  'paid or refund': 'revive',
}

test('O11: the table has thirteen rows of eight cells', () => {
  expect(acceptedCells).toHaveLength(13 * 8)
  expect(acceptedCells.filter(({ word }) => word === 'missing')).toEqual([])
})

test.each(acceptedCells)('O11: $action on a $from order: $word', ({ action, from, word }) => {
  expect(cellOf(action, from)).toBe(ours[word] ?? word)
})

const destinations = (action: OrderAction, from: OrderStatus): OrderStatus[] => {
  const cell = cellOf(action, from)
  if (cell === 'revive') return ['paid', from]
  return [orderStatuses.find((status) => status === cell) ?? from]
}

test('O11: fifty random actions from a draft never leave the table', () => {
  const step = fc.record({ action: fc.constantFrom(...orderActions), revived: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 50 }), (steps) => {
      let status: OrderStatus = 'draft'
      for (const { action, revived } of steps) {
        const ends: readonly OrderStatus[] = destinations(action, status)
        const next: OrderStatus = (revived ? ends[0] : ends.at(-1)) ?? status
        if (next !== status && !acceptedChanges.has(`${status} → ${next}`)) return false
        status = next
      }
      return true
    }),
    { numRuns: 2_000 },
  )
})

test('O11: every change that the table knows is led to by an action', () => {
  const led = orderActions.flatMap((action) =>
    orderStatuses.flatMap((from) => destinations(action, from).map((to) => ({ from, to }))),
  )
  const changes = led.filter(({ from, to }) => from !== to).map(({ from, to }) => `${from} → ${to}`)
  expect(new Set(changes)).toEqual(acceptedChanges)
})

test('a refused client hears exactly the actions that would do something', () => {
  for (const from of orderStatuses) {
    const doing = orderActions.filter((action) => !['conflict', 'same'].includes(cellOf(action, from)))
    expect(allowedActions(from)).toEqual(doing)
  }
})

test('the sources of an action are the statuses from which it leads there', () => {
  for (const action of orderActions) {
    for (const to of orderStatuses) {
      const sources = orderStatuses.filter((from) => cellOf(action, from) !== 'same' && leads(action, from, to))
      expect([action, to, sourcesOf(action, to)]).toEqual([action, to, sources])
    }
  }
})

const leads = (action: OrderAction, from: OrderStatus, to: OrderStatus): boolean =>
  cellOf(action, from) === to || (cellOf(action, from) === 'revive' && to === 'paid')

test('on hold stops what brings the order nearer to its customer, and nothing that gives it back', () => {
  expect(orderActions.filter(isForward)).toEqual(['pay', 'process', 'ship_some', 'ship_rest', 'deliver'])
})
