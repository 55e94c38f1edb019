import type { HttpClient } from '../http/http-client.ts'
import type { ThinkTime } from '../profile/profile.ts'
import type { Recorder } from '../record/recorder.ts'
import type { Clock } from '../schedule/clock.ts'
import type { TimerQueue } from '../schedule/timer-queue.ts'

/** What all users of a worker share. */
export type Ground = {
  readonly clock: Clock
  /** Closed when no user shall begin anything. */
  readonly timers: TimerQueue
  readonly client: HttpClient
  readonly recorder: Recorder
  readonly thinkTimeSeconds: ThinkTime
  isOver(): boolean
}

/** Counts how late it is; the answer is when the action was meant to start, which is never after now. */
export const startedBy = ({ clock, recorder }: Ground, due: number): number => {
  const now = clock.now()
  recorder.lag.record(Math.max(0, now - due) * 1_000)
  return Math.min(due, now)
}

/** Resolves with the intended start of what comes after. */
export const think = async (ground: Ground, random: () => number): Promise<number> => {
  const { min, max } = ground.thinkTimeSeconds
  const due = ground.clock.now() + (min + random() * (max - min)) * 1_000
  if (max === 0) return due
  await ground.timers.until(due)
  return ground.isOver() ? due : startedBy(ground, due)
}
