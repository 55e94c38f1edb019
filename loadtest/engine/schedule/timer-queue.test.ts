import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FakeClock } from '../testing/fake-clock.ts'
import { TimerQueue } from './timer-queue.ts'

it('starts everything when it is due, in order, however it came in', async () => {
  const dues = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(dues, async (all) => {
      const clock = new FakeClock()
      const queue = new TimerQueue(clock)
      const started: { due: number; at: number }[] = []
      for (const due of all) queue.at(due, () => started.push({ due, at: clock.now() }))
      await clock.pass(1_000)
      expect(started).toEqual(all.toSorted((a, b) => a - b).map((due) => ({ due, at: due })))
    }),
    { numRuns: 30 },
  )
})

it('keeps one timer for twenty thousand that wait', () => {
  const clock = new FakeClock()
  const queue = new TimerQueue(clock)
  for (let user = 0; user < 20_000; user++) queue.at(1_000 + ((user * 7_919) % 2_000), () => undefined)
  expect(clock.alarms).toBe(1)
  expect(queue.size).toBe(20_000)
})

it('does not drift where each action sets the next', async () => {
  const clock = new FakeClock()
  const queue = new TimerQueue(clock)
  const at: number[] = []
  const again = (due: number) =>
    queue.at(due, () => {
      at.push(clock.now())
      again(due + 10)
    })
  again(10)
  await clock.pass(35)
  await clock.stall(30)
  await clock.pass(15)
  expect(at).toEqual([10, 20, 30, 65, 65, 65, 70, 80])
})

it('starts a grain early rather than a timer late', async () => {
  const clock = Object.assign(new FakeClock(), { grainMilliseconds: 1.5 })
  const queue = new TimerQueue(clock)
  const at: number[] = []
  queue.at(10, () => at.push(clock.now()))
  queue.at(10.2, () => at.push(clock.now()))
  await clock.pass(20)
  expect(at).toEqual([9, 9])
})

it('lets all go when it is closed, and holds nobody after that', async () => {
  const clock = new FakeClock()
  const queue = new TimerQueue(clock)
  const waiting = queue.until(10_000)
  queue.close()
  await waiting
  await queue.until(20_000)
  expect(clock.alarms).toBe(0)
})
