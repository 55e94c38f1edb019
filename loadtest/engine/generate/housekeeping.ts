import { performance } from 'node:perf_hooks'
import type { Recorder } from '../record/recorder.ts'
import type { Clock } from '../schedule/clock.ts'
import { TimerQueue } from '../schedule/timer-queue.ts'

const sampleEveryMilliseconds = 20
/** A timer may come a grain early, and then the second is not over. */
const afterTheSecondMilliseconds = 2

export type House = { readonly clock: Clock; readonly recorder: Recorder; readonly beginsAt: number }

/** Ends each second when it is over, also where nothing happens, and measures how late a timer comes. */
export const housekeeping = ({ clock, recorder, beginsAt }: House): { end(): void } => {
  const timers = new TimerQueue(clock)
  let hasEnded = false
  const every = (first: number, step: number, act: (due: number) => void) => {
    const again = (due: number) =>
      timers.at(due, () => {
        if (hasEnded) return
        act(due)
        // After a standstill the missed ones are one delay, not many.
        again(due + step * Math.max(1, Math.ceil((clock.now() - due) / step)))
      })
    again(first)
  }
  every(beginsAt + 1_000 + afterTheSecondMilliseconds, 1_000, () => recorder.publishUntil(clock.now()))
  every(beginsAt, sampleEveryMilliseconds, (due) =>
    recorder.eventLoopDelay.record(Math.max(0, clock.now() - due) * 1_000),
  )
  return {
    end() {
      hasEnded = true
      timers.close()
    },
  }
}

/** The part of the time since it was last asked in which this thread was not waiting. */
export const utilizationMeter = (): (() => number) => {
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return Math.min(1, Math.max(0, utilization))
  }
}
