import { toType } from '../errors/to-type.ts'
import type { HeldLock } from '../releases/held-lock.ts'
import { acquireLock } from '../releases/lock.ts'
import { systemLockClock } from '../releases/system-lock-clock.ts'
import type { FlowMeans } from './means.ts'
import type { Steps } from './steps.ts'

type LockRequest = {
  readonly means: FlowMeans
  readonly steps: Steps
  readonly why: string
  /** How long to wait for a lock that somebody else holds; 0 refuses at once. */
  readonly waitSeconds: number
}

/**
 * One change at a time: holds the environment's lock around the work and gives it back whatever happens. The work's
 * signal fires at an interrupt and where the lock is lost: from then on nothing may be changed.
 */
export const withLock = async <Result>(
  { means, steps, why, waitSeconds }: LockRequest,
  work: (lock: HeldLock, signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const { platform, environment, who, interrupted, reporter } = means
  const { lock, found } = await steps.run('lock', (say) =>
    acquireLock(
      platform.lock,
      {
        environment,
        holder: who,
        reason: why,
        command: means.command,
        timeToLiveSeconds: 30,
        waitSeconds,
        signal: interrupted,
        onWait: say,
      },
      systemLockClock(),
    ),
  )
  if (found !== 'free') {
    const { holder, processId, reason, since } = found.expired
    const message = `Took over the lock of ${holder} (process ${processId}, "${reason}", since ${since}): ${found.why}.`
    reporter.emit({ type: 'warning', message, fix: [] })
  }
  try {
    return await work(lock, AbortSignal.any([interrupted, lock.signal]))
  } finally {
    const returned = await lock.release()
    if (returned.outcome === 'expires-by-itself') {
      const message = `The lock could not be given back (${returned.why}); it expires by itself.`
      reporter.emit({ type: 'warning', message, fix: [toType(`lock release --env ${environment} --yes`)] })
    }
  }
}
