import { stackName } from '../../../stacks/stack-reference.ts'
import { toType } from '../../errors/to-type.ts'
import { type AcquiredLock, acquireLock } from '../../releases/lock.ts'
import type { LockStore } from '../../releases/stores.ts'
import { systemLockClock } from '../../releases/system-lock-clock.ts'
import type { Steps } from '../steps.ts'
import type { InfraMeans } from './infra-means.ts'

type LockWanted = {
  readonly why: string
  readonly waitSeconds: number
  readonly store: LockStore
}

type Holding = { readonly means: InfraMeans; readonly steps: Steps }
/** `name`: of the stack, or of an environment. */
type Lock = LockWanted & { readonly name: string; readonly look: readonly string[] }

const takeLock = (lock: Lock, { means, steps }: Holding): Promise<AcquiredLock> =>
  steps.run('lock', (say) =>
    acquireLock(
      lock.store,
      {
        environment: lock.name,
        holder: means.who,
        reason: lock.why,
        command: means.command,
        look: lock.look,
        timeToLiveSeconds: 30,
        waitSeconds: lock.waitSeconds,
        signal: means.interrupted,
        onWait: say,
      },
      systemLockClock(),
    ),
  )

const tellTakenOver = ({ found }: AcquiredLock, { reporter }: InfraMeans): void => {
  if (found === 'free') return
  const { holder, processId, reason, since } = found.expired
  const message = `Took over the lock of ${holder} (process ${processId}, "${reason}", since ${since}): ${found.why}.`
  reporter.emit({ type: 'warning', message, fix: [] })
}

/** Of an environment whose cluster goes down with the stack nothing is given back: the lock went with it. */
const releaseSeconds = 10

const withEnvironmentLocks = async <Result>(
  locks: readonly Lock[],
  { work, ...holding }: Holding & { readonly work: () => Promise<Result> },
): Promise<Result> => {
  const [first, ...rest] = locks
  if (first === undefined) return work()
  const taken = await takeLock(first, holding)
  tellTakenOver(taken, holding.means)
  try {
    return await withEnvironmentLocks(rest, { ...holding, work })
  } finally {
    const never = new AbortController()
    const tooLong = holding.means.sleep(releaseSeconds * 1000, never.signal)
    await Promise.race([taken.lock.release(), tooLong])
    never.abort()
  }
}

/** Deploys go to clusters that this stack makes: while it changes none may run, and the other way round. */
const environmentLocks = async (wanted: LockWanted, means: InfraMeans): Promise<readonly Lock[]> => {
  if (means.stack.kind !== 'shop') return []
  const locks = await means.environmentLocks()
  return locks.map(({ environment, store }) => ({
    ...wanted,
    name: environment,
    store,
    look: [toType(`lock show --env ${environment}`)],
  }))
}

/**
 * Holds shopctl's lock over a stack around the work, and for the shop those of the environments that run on it; gives
 * them back whatever happens. Where one is lost meanwhile, Terraform goes on: its own lock over the state still keeps
 * everybody else out. Throws LOCK_HELD (refused).
 */
export const withStackLock = async <Result>(
  wanted: LockWanted,
  { work, ...holding }: Holding & { readonly work: () => Promise<Result> },
): Promise<Result> => {
  const { means } = holding
  const stack = stackName(means.stack)
  const look = [toType(`infra status --env ${means.environment.name}`)]
  const taken = await takeLock({ ...wanted, name: stack, look }, holding)
  tellTakenOver(taken, means)
  try {
    return await withEnvironmentLocks(await environmentLocks(wanted, means), { ...holding, work })
  } finally {
    const returned = await taken.lock.release()
    if (returned.outcome !== 'given-back') {
      const message = `The lock over ${stack} could not be given back: it was lost, or expires by itself.`
      means.reporter.emit({ type: 'warning', message, fix: look })
    }
  }
}
