import { stackName } from '../../../stacks/stack-reference.ts'
import { toType } from '../../errors/to-type.ts'
import { acquireLock } from '../../releases/lock.ts'
import type { LockStore } from '../../releases/stores.ts'
import { systemLockClock } from '../../releases/system-lock-clock.ts'
import type { Steps } from '../steps.ts'
import type { InfraMeans } from './infra-means.ts'

type LockWanted = {
  readonly why: string
  readonly waitSeconds: number
  readonly store: LockStore
}

/**
 * Holds shopctl's lock over a stack around the work, and gives it back whatever happens. Where it is lost meanwhile,
 * Terraform goes on: its own lock over the state still keeps everybody else out.
 */
export const withStackLock = async <Result>(
  { why, waitSeconds, store }: LockWanted,
  { means, steps, work }: { readonly means: InfraMeans; readonly steps: Steps; readonly work: () => Promise<Result> },
): Promise<Result> => {
  const { reporter, who, command, interrupted, environment } = means
  const stack = stackName(means.stack)
  const look = [toType(`infra status --env ${environment.name}`)]
  const { lock, found } = await steps.run('lock', (say) =>
    acquireLock(
      store,
      {
        environment: stack,
        holder: who,
        reason: why,
        command,
        look,
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
    return await work()
  } finally {
    const returned = await lock.release()
    if (returned.outcome !== 'given-back') {
      const message = `The lock over ${stack} could not be given back: it was lost, or expires by itself.`
      reporter.emit({ type: 'warning', message, fix: look })
    }
  }
}
