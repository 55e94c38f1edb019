import { setImmediate as turn } from 'node:timers/promises'
import type { LockClock } from '../lock-clock.ts'

type Timer = { at: number; call: () => void; repeatMilliseconds: number | null; processId: number }

export type Machine = {
  readonly host: string
  readonly processId: number
  readonly bootId?: string
  readonly wallSkew?: number
}

/** Time, machines and processes under a test's control: nothing here waits for real time. */
export const createLockWorld = () => {
  let at = 0
  let wallOffset = 0
  let timers: Timer[] = []
  const gone = new Set<number>()

  const add = (timer: Timer) => {
    timers.push(timer)
    return () => {
      timers = timers.filter((other) => other !== timer)
    }
  }

  const settle = async () => {
    for (let turns = 0; turns < 12; turns += 1) await turn()
  }

  const clockOf = ({ host, processId, bootId, wallSkew = 0 }: Machine): LockClock => ({
    home: { host, processId, processStart: `start of ${processId}` },
    now: () => ({
      wall: new Date(Date.parse('2026-11-22T12:00:00Z') + at + wallOffset + wallSkew).toISOString(),
      boot: bootId === undefined ? null : { id: bootId, uptimeSeconds: at / 1000 },
    }),
    monotonicMilliseconds: () => at,
    processState: (home) => (home.host !== host ? 'unknown' : gone.has(home.processId) ? 'gone' : 'alive'),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        add({ at: at + milliseconds, call: resolve, repeatMilliseconds: null, processId })
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
    every: (milliseconds, call) => add({ at: at + milliseconds, call, repeatMilliseconds: milliseconds, processId }),
  })

  return {
    clockOf,
    settle,
    now: () => at,
    /** SIGKILL: the process does nothing more, and its own machine knows. */
    kill(processId: number) {
      gone.add(processId)
      timers = timers.filter((timer) => timer.processId !== processId)
    },
    /** SIGSTOP: does nothing more, but is still there. */
    freeze(processId: number) {
      timers = timers.filter((timer) => timer.processId !== processId)
    },
    isGone: (processId: number) => gone.has(processId),
    jumpWallClock(milliseconds: number) {
      wallOffset += milliseconds
    },
    async advance(milliseconds: number) {
      const end = at + milliseconds
      await settle()
      for (;;) {
        const next = timers.filter((timer) => timer.at <= end).sort((left, right) => left.at - right.at)[0]
        if (next === undefined) break
        at = Math.max(at, next.at)
        if (next.repeatMilliseconds === null) timers = timers.filter((timer) => timer !== next)
        else next.at += next.repeatMilliseconds
        next.call()
        await settle()
      }
      at = end
    },
  }
}
