import { expect, test } from 'vitest'
import { type InstanceCounts, spansBetween } from './counts.ts'

const route = 'GET /api/v1/products'
const instance = (name: string, requests: number, failed = 0): InstanceCounts => ({
  service: 'catalog',
  instance: name,
  routes: [
    { route, status: 200, requests, seconds: requests * 0.5, slow: null },
    ...(failed === 0 ? [] : [{ route, status: 500, requests: failed, seconds: 0, slow: null }]),
  ],
})
const between = (before: readonly InstanceCounts[], after: readonly InstanceCounts[]) =>
  spansBetween(before, after).get('catalog')

test('a span is what was answered in it, by all instances together', () => {
  const before = [instance('a', 10), instance('b', 100)]
  const after = [instance('a', 14, 2), instance('b', 101)]
  expect(between(before, after)).toEqual([
    { route, status: 200, requests: 5, seconds: 2.5, slow: null },
    { route, status: 500, requests: 2, seconds: 0, slow: null },
  ])
})

test('one that was started again counts from zero', () => {
  expect(between([instance('a', 1000, 5)], [instance('a', 3)])).toMatchObject([{ requests: 3, seconds: 1.5 }])
})

test('one that came or went between two readings is not guessed at', () => {
  expect(between([instance('a', 10)], [instance('b', 50)])).toEqual([])
  expect(between([instance('a', 10), instance('b', 50)], [instance('a', 12)])).toMatchObject([{ requests: 2 }])
})
