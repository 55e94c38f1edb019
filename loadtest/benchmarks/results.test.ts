import { expect, test } from 'vitest'
import { readResults } from './services/results-file.ts'
import { isMet, type Results } from './services/row.ts'

const ofServices = [
  ...['stack', 'cached', 'redis', 'pg', 'list', 'auth', 'login', 'reserve', 'search', 'otel', 'boot', 'open'],
  'memory',
].map((name) => `X10.${name}`)

function requireJudged({ rows }: Results, ids: readonly string[]): void {
  expect(ids.filter((id) => rows.every((row) => row.id !== id))).toEqual([])
  for (const { id, what, value, target, met, reason } of rows) {
    expect([id, what, met]).toEqual([id, what, isMet({ value, target })])
    expect([id, what, reason]).toEqual([id, what, met ? null : expect.not.stringContaining('not looked into')])
  }
}

const ofOrders = ['X10.order', 'X10.boot', 'X10.memory', 'X6', 'E24']

test('X10: the figures of orders and of events are on file, each met or with its reason', () => {
  const { orders } = readResults()
  if (orders === undefined) throw new Error('there are none')
  requireJudged(orders, ofOrders)
  expect(orders.rows.map(({ what }) => what)).toContainEqual(expect.stringContaining('100,000 events that waited'))
})

test('X10: the figures of users and catalog are on file, each met or with its reason', () => {
  requireJudged(readResults().services, ofServices)
})
