import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Problem } from '../../kit/problems.ts'
import { RequestScope, runInScope } from '../../kit/request-scope.ts'
import { catalogProblems } from '../problems.ts'
import { createStockLane, stockSlots } from './stock-lane.ts'

test('so many run at a time, and the others in the order in which they came', async () => {
  const lane = createStockLane(2)
  const started: number[] = []
  const ends = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
  const all = ends.map(({ promise }, index) =>
    lane(async () => {
      started.push(index)
      await promise
      return index
    }),
  )
  await delay(0)
  expect(started).toEqual([0, 1])
  ends[1]?.resolve()
  await all[1]
  await delay(0)
  expect(started).toEqual([0, 1, 2])
  for (const { resolve } of ends) resolve()
  expect(await Promise.all(all)).toEqual([0, 1, 2, 3])
})

test('where nothing ends those who wait are refused, and what runs is left alone', async () => {
  const lane = createStockLane(1, 30)
  const end = Promise.withResolvers<string>()
  const running = lane(() => end.promise)
  const refused = await lane(async () => 'too late').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Problem)
  expect(refused).toMatchObject({ kind: catalogProblems.busy, facts: { headers: { 'Retry-After': '1' } } })
  end.resolve('done')
  expect(await running).toBe('done')
  expect(await lane(async () => 'next')).toBe('next')
})

test('a queue that moves is waited in, however long it is', async () => {
  const lane = createStockLane(1, 1_000)
  const done = await Promise.all(Array.from({ length: 30 }, (_, index) => lane(() => delay(50, index))))
  expect(done).toHaveLength(30)
})

test('who leaves while waiting leaves the lane at once', async () => {
  const lane = createStockLane(1)
  const end = Promise.withResolvers<string>()
  const running = lane(() => end.promise)
  const scope = new RequestScope()
  const started: string[] = []
  const left = runInScope(scope, () => lane(async () => started.push('statement')))
  scope.abandon('client-left')
  await expect(left).rejects.toMatchObject({ kind: { code: 'request/abandoned' } })
  end.resolve('done')
  expect([await running, await lane(async () => 'next'), started]).toEqual(['done', 'next', []])
})

test('work that fails gives its place to the next', async () => {
  const lane = createStockLane(1)
  await expect(lane(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  expect(await lane(async () => 'next')).toBe('next')
})

test.each([
  [1, 1],
  [2, 1],
  [10, 4],
  [25, 10],
])('of a pool of %d connections stock takes %d', (poolSize, slots) => {
  expect(stockSlots(poolSize)).toBe(slots)
})
