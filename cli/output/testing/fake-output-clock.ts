import type { OutputClock } from '../sink.ts'

export type FakeOutputClock = OutputClock & { advance(milliseconds: number): void }

/** Time under a test's control, from 12:00:00Z on. */
export const createFakeOutputClock = (): FakeOutputClock => {
  let at = Date.parse('2026-11-22T12:00:00Z')
  const timers = new Set<{ due: number; readonly period: number; readonly call: () => void }>()
  return {
    now: () => new Date(at),
    every(period, call) {
      const timer = { due: at + period, period, call }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(milliseconds) {
      const end = at + milliseconds
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= end).sort((left, right) => left.due - right.due)
        if (next === undefined) break
        at = next.due
        next.due += next.period
        next.call()
      }
      at = end
    },
  }
}
