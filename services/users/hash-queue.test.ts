import { expect, test } from 'vitest'
import { createHashQueue } from './hash-queue.ts'

const limits = { inFlight: 2, waiting: 3, waitMilliseconds: 60_000 }

/** Work that ends when it is told to. */
function heldWork() {
  const { promise, resolve } = Promise.withResolvers<string>()
  return { work: () => promise, end: () => resolve('done') }
}

test('no more than the limit runs, the rest waits its turn in order', async () => {
  const queue = createHashQueue(limits)
  const started: number[] = []
  const held = Array.from({ length: 5 }, heldWork)
  const runs = held.map(({ work }, index) =>
    queue.run(() => {
      started.push(index)
      return work()
    }),
  )
  expect([started, queue.inFlight()]).toEqual([[0, 1], 2])
  for (const [index, { end }] of held.entries()) {
    end()
    await runs[index]
    expect(queue.inFlight()).toBeLessThanOrEqual(2)
  }
  expect([started, queue.inFlight()]).toEqual([[0, 1, 2, 3, 4], 0])
})

test('who finds the queue full is told at once', async () => {
  const queue = createHashQueue({ ...limits, waiting: 0 })
  const held = [heldWork(), heldWork()]
  const runs = held.map(({ work }) => queue.run(work))
  await expect(queue.run(async () => 'late')).rejects.toMatchObject({
    kind: { status: 503 },
    facts: { headers: { 'Retry-After': '1' } },
  })
  for (const { end } of held) end()
  await Promise.all(runs)
  expect(await queue.run(async () => 'free again')).toBe('free again')
})

test('who waits too long is told, and takes no place afterwards', async () => {
  const queue = createHashQueue({ inFlight: 1, waiting: 1, waitMilliseconds: 1 })
  const held = heldWork()
  const first = queue.run(held.work)
  await expect(queue.run(async () => 'late')).rejects.toMatchObject({ kind: { status: 503 } })
  held.end()
  await first
  expect(queue.inFlight()).toBe(0)
})

test('work that fails gives its place back', async () => {
  const queue = createHashQueue(limits)
  const fail = async () => {
    throw new Error('out of memory')
  }
  await expect(queue.run(fail)).rejects.toThrow('out of memory')
  expect(queue.inFlight()).toBe(0)
})
