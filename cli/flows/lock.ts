import { forceRelease } from '../releases/lock.ts'
import { lockStanding } from '../releases/lock-standing.ts'
import type { LockValue } from '../releases/stores.ts'
import { systemLockClock } from '../releases/system-lock-clock.ts'
import type { FlowMeans } from './means.ts'

export type LockResult = {
  readonly state: 'free' | 'held' | 'expired'
  readonly lock: LockValue | null
  /** Why an expired lock is nobody's. */
  readonly why: string | null
}

type LockMeans = Pick<FlowMeans, 'platform'>

/** Who may change the environment now. */
export const showLock = async ({ platform }: LockMeans): Promise<LockResult> => {
  const seen = await platform.lock.read()
  const standing = lockStanding(seen, systemLockClock(), platform.lock)
  if (seen === null || standing.state === 'free') return { state: 'free', lock: null, why: null }
  if (standing.state === 'expired') return { state: 'expired', lock: seen.value, why: standing.why }
  return { state: 'held', lock: seen.value, why: null }
}

/** Takes the lock away from whoever holds it; a living holder notices at its next renewal and stops. */
export const releaseLock = async ({ platform }: LockMeans): Promise<LockValue | null> => forceRelease(platform.lock)
