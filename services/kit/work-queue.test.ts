import { afterEach, expect, test, vi } from 'vitest'
import { Problem, problems } from './problems.ts'
import { RequestScope, runInScope } from './request-scope.ts'
import { createWorkQueue, type WorkQueueLimits } from './work-queue.ts'

const busy = () => new Problem(problems.unavailable, { headers: { 'Retry-After': '1' } })
const limits: WorkQueueLimits = { inFlight: 2, waiting: 3, waitMilliseconds: 60_000, waitSince: 'arrival', busy }

afterEach(() => {
  vi.useRealTimers()
})

/** Work that ends when it is told to. */
function heldWork() {
  const { promise, resolve } = Promise.withResolvers<string>()
  return { work: () => promise, end: () => resolve('done') }
}

test('no more than the limit runs, the rest waits its turn in order', async () => {
  const queue = createWorkQueue(limits)
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

test('who asks first whether there is a place is told so before there is anything to run', async () => {
  const queue = createWorkQueue({ ...limits, inFlight: 1, waiting: 1 })
  const held = [heldWork(), heldWork()]
  const runs: Promise<string>[] = []
  for (const { work } of held) {
    expect(queue.refuseWhereFull).not.toThrow()
    runs.push(queue.run(work))
  }
  expect(queue.refuseWhereFull).toThrow(Problem)
  for (const { end } of held) end()
  await Promise.all(runs)
  expect(queue.refuseWhereFull).not.toThrow()
})

test('who finds the queue full is told at once', async () => {
  const queue = createWorkQueue({ ...limits, waiting: 0 })
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
  const queue = createWorkQueue({ ...limits, inFlight: 1, waiting: 1, waitMilliseconds: 1 })
  const held = heldWork()
  const first = queue.run(held.work)
  await expect(queue.run(async () => 'late')).rejects.toMatchObject({ kind: { status: 503 } })
  held.end()
  await first
  expect(queue.inFlight()).toBe(0)
})

test('where only standing still is too long, a queue that moves is waited in, and one that does not is left', async () => {
  // The clock as well as the timers, so that a busy machine changes nothing.
  vi.useFakeTimers()
  const queue = createWorkQueue({ ...limits, inFlight: 1, waiting: 9, waitMilliseconds: 200, waitSince: 'last-end' })
  const work = (index: number) => new Promise((resolve) => setTimeout(resolve, 199, index))
  const moving = Promise.all(Array.from({ length: 8 }, (_, index) => queue.run(() => work(index))))
  await vi.advanceTimersByTimeAsync(8 * 199)
  expect(await moving).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  const held = heldWork()
  const running = queue.run(held.work)
  const told: unknown[] = []
  const late = queue.run(async () => 'late').catch((problem: unknown) => told.push(problem))
  await vi.advanceTimersByTimeAsync(199)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(told).toMatchObject([{ kind: { status: 503 } }])
  held.end()
  expect(await running).toBe('done')
  await late
})

test('work that fails gives its place back', async () => {
  const queue = createWorkQueue(limits)
  const fail = async () => {
    throw new Error('out of memory')
  }
  await expect(queue.run(fail)).rejects.toThrow('out of memory')
  expect(queue.inFlight()).toBe(0)
})

test('who leaves while waiting leaves the queue at once, and the next one gets the place', async () => {
  const queue = createWorkQueue({ ...limits, inFlight: 1, waiting: 1 })
  const held = heldWork()
  const first = queue.run(held.work)
  const scope = new RequestScope()
  const started: string[] = []
  const left = runInScope(scope, () => queue.run(async () => started.push('work')))
  scope.abandon('client-left')
  await expect(left).rejects.toMatchObject({ kind: { code: 'request/abandoned' } })
  const next = queue.run(async () => 'next')
  held.end()
  expect([await first, await next, started, queue.inFlight()]).toEqual(['done', 'next', [], 0])
})

test('who has left before asking takes no place in the queue', async () => {
  const queue = createWorkQueue({ ...limits, inFlight: 1, waiting: 1 })
  const held = heldWork()
  const first = queue.run(held.work)
  const scope = new RequestScope()
  scope.abandon('deadline')
  await expect(runInScope(scope, () => queue.run(held.work))).rejects.toMatchObject({ kind: { status: 503 } })
  held.end()
  await first
  await expect(
    runInScope(scope, () => queue.run(held.work)),
    'with a place free',
  ).rejects.toThrow()
})

test('no work starts for who leaves at the moment of the turn, and the place is free again', async () => {
  const queue = createWorkQueue({ ...limits, inFlight: 1, waiting: 1 })
  const scope = new RequestScope()
  const held = heldWork()
  // Right after the place was handed on, before the next one goes on with it.
  const first = queue.run(held.work).then(() => scope.abandon('client-left'))
  const started: string[] = []
  const late = runInScope(scope, () => queue.run(async () => started.push('work')))
  held.end()
  await expect(late).rejects.toMatchObject({ kind: { code: 'request/abandoned' } })
  await first
  expect([started, queue.inFlight(), await queue.run(async () => 'free')]).toEqual([[], 0, 'free'])
})

test('a request that has written already is finished, although nobody waits for it', async () => {
  const scope = new RequestScope()
  scope.commit()
  scope.abandon('client-left')
  expect(await runInScope(scope, () => createWorkQueue(limits).run(async () => 'written'))).toBe('written')
})
