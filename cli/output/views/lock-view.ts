import type { LockResult } from '../../flows/lock.ts'
import { ageInWords } from '../words-for-time.ts'

/** Who holds the lock, since when and why. */
export const lockView = (
  { state, lock, why }: LockResult,
  { environment, now }: { environment: string; now: Date },
): string => {
  if (lock === null) return `The lock of ${environment} is free.`
  const holder = `${lock.holder} (process ${lock.processId} on ${lock.host})`
  const since = `since ${lock.since}, ${ageInWords(lock.since, now)}: ${lock.reason}`
  if (state === 'expired')
    return `The lock of ${environment} was left by ${holder}, ${since}; ${why}. The next deploy takes it.`
  return `The lock of ${environment} is held by ${holder} ${since}`
}
