import type { LockMoment, LockValue } from './stores.ts'

/** Where a lock holder runs. `processStart` tells a reused process id apart. */
export type LockHome = Pick<LockValue, 'host' | 'processId' | 'processStart'>

/** Everything that the lock asks of time and of this machine; `systemLockClock` is the real one. */
export type LockClock = {
  readonly home: LockHome
  now(): LockMoment
  /** Never jumps and never goes back; counts while this process lives. */
  monotonicMilliseconds(): number
  /** `unknown` where this machine cannot tell: another container's process, another operating system. */
  processState(home: LockHome): 'alive' | 'gone' | 'unknown'
  /** Resolves after the time, rejects with the signal's reason. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Calls again and again without keeping the process alive; answers how to stop. */
  every(milliseconds: number, call: () => void): () => void
}
