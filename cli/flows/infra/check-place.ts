import { stackName } from '../../../stacks/stack-reference.ts'
import { toType } from '../../errors/to-type.ts'
import { readStateBucket, type StateBucketStanding } from '../../infrastructure/aws/state-bucket.ts'
import { lockHeld } from '../../releases/lock-errors.ts'
import { lockStanding } from '../../releases/lock-standing.ts'
import type { LockValue } from '../../releases/stores.ts'
import { systemLockClock } from '../../releases/system-lock-clock.ts'
import type { Against, InfraMeans } from './infra-means.ts'

/**
 * Tools, the account, and whose its bucket for the states is: before anything is synthesised. A missing tool is told at
 * once. Throws STATE_BUCKET_FORBIDDEN (refused) and what the checks throw.
 */
export const checkAccountPlace = async (means: InfraMeans): Promise<StateBucketStanding> => {
  const account = means.checkAccount()
  // Handled below, unless the tools are told of first.
  account.catch(() => undefined)
  await means.checkTools()
  await account
  const { bucket, environment, installation } = means
  return readStateBucket(bucket, { ...installation, environment: environment.name })
}

/** The tools alone where no account is asked. */
export const checkPlace = async (against: Against, means: InfraMeans): Promise<void> => {
  if (against === 'account') await checkAccountPlace(means)
  else await means.checkTools()
}

/** Who holds the lock over the stack and, as far as one look can tell, is alive. */
export const liveHolder = async (means: InfraMeans): Promise<LockValue | null> => {
  const store = means.lock(stackName(means.stack))
  const seen = await store.read()
  const standing = lockStanding(seen, systemLockClock(), store)
  const isHeld = standing.state === 'held' || (standing.state === 'remote' && !standing.looksAbandoned)
  return seen !== null && isHeld ? seen.value : null
}

/**
 * Whoever would be refused by the lock later learns it before the plan is made, which takes a minute. Only a look: what
 * seems abandoned is found out when the lock is taken. Throws LOCK_HELD (refused).
 */
export const refuseWhileHeld = async (means: InfraMeans): Promise<void> => {
  const holder = await liveHolder(means)
  if (holder === null) return
  const { command, environment, stack } = means
  const look = [toType(`infra status --env ${environment.name}`)]
  throw lockHeld(holder, { environment: stackName(stack), command, look, now: new Date() })
}
