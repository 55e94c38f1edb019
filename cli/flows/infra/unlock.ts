import { stackName, stateKey } from '../../../stacks/stack-reference.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { readTerraformLock, type TerraformLock } from '../../infrastructure/records/state-facts.ts'
import { lockHolderInWords } from '../../releases/lock-errors.ts'
import { checkAccountPlace, liveHolder } from './check-place.ts'
import type { InfraMeans } from './infra-means.ts'

export type UnlockRequest = {
  readonly id: string
  confirm(found: TerraformLock): Promise<void>
}

export type UnlockResult = { readonly stack: string; readonly released: TerraformLock | null }

/** Two who write the same state lose what one of them made: a run that renews its lock is alive, whatever it looks like. */
const refuseOfLiveRun = async (means: InfraMeans): Promise<void> => {
  const holder = await liveHolder(means)
  if (holder === null) return
  const { environment, stack } = means
  throw new ShopctlError({
    code: 'HOLDER_ALIVE',
    outcome: 'refused',
    what: `The run that changes ${stackName(stack)} is alive: Terraform's lock was left to it, and nothing was changed.`,
    why: [
      `it is of ${lockHolderInWords(holder, new Date())}`,
      `it renewed its own lock at ${holder.renewed.wall}; ${holder.timeToLiveSeconds} s after it died the lock may be taken away`,
    ],
    fix: [toType(`infra status --env ${environment.name}`)],
  })
}

/**
 * Takes Terraform's lock on a state away from a run that is dead; Terraform refuses an id that is not the lock's. Throws
 * HOLDER_ALIVE (refused).
 */
export const unlock = async (request: UnlockRequest, means: InfraMeans): Promise<UnlockResult> => {
  const stack = stackName(means.stack)
  await checkAccountPlace(means)
  const found = await readTerraformLock(means.bucket, stateKey(means.stack))
  if (found === null) return { stack, released: null }
  await refuseOfLiveRun(means)
  await request.confirm(found)
  const terraform = await means.terraform(means.stack, 'account')
  await terraform.init(() => undefined)
  await terraform.unlock(request.id)
  return { stack, released: found }
}
