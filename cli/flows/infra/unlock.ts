import { stackName, stateKey } from '../../../stacks/stack-reference.ts'
import { readTerraformLock, type TerraformLock } from '../../infrastructure/records/state-facts.ts'
import { checkPlace } from './check-place.ts'
import type { InfraMeans } from './infra-means.ts'

export type UnlockRequest = {
  readonly id: string
  confirm(found: TerraformLock): Promise<void>
}

export type UnlockResult = { readonly stack: string; readonly released: TerraformLock | null }

/** Takes Terraform's lock on a state away from a run that is dead. Terraform refuses an id that is not the lock's. */
export const unlock = async (request: UnlockRequest, means: InfraMeans): Promise<UnlockResult> => {
  const stack = stackName(means.stack)
  await checkPlace('account', means)
  const found = await readTerraformLock(means.bucket, stateKey(means.stack))
  if (found === null) return { stack, released: null }
  await request.confirm(found)
  const terraform = await means.terraform(means.stack, 'account')
  await terraform.init(() => undefined)
  await terraform.unlock(request.id)
  return { stack, released: found }
}
