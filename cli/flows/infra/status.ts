import { type StackReference, stackName, stateKey } from '../../../stacks/stack-reference.ts'
import type { ApplyRecord } from '../../infrastructure/records/apply-record.ts'
import { type DriftNote, readDriftNote } from '../../infrastructure/records/drift-note.ts'
import { readStateFacts, readTerraformLock, type TerraformLock } from '../../infrastructure/records/state-facts.ts'
import { lockStanding } from '../../releases/lock-standing.ts'
import type { LockValue } from '../../releases/stores.ts'
import { systemLockClock } from '../../releases/system-lock-clock.ts'
import type { InfraMeans } from './infra-means.ts'
import { type SupportEnd, versionSupport } from './support-ends.ts'

export type StackStatus = {
  readonly stack: string
  /** Null: there is no state, so nothing was ever made. */
  readonly resources: number | null
  /** Newest first. */
  readonly last: ApplyRecord | null
  /** A run that did not end although nobody holds the lock: it was killed. */
  readonly unfinished: boolean
  readonly drift: DriftNote | null
  readonly lock: LockValue | null
  readonly terraformLock: TerraformLock | null
}

export type StatusResult = {
  readonly schema: 'shopctl.infra-status/1'
  readonly environment: string
  readonly installation: string
  readonly account: string
  readonly region: string
  readonly bucket: { readonly name: string; readonly standing: 'there' | 'missing' | 'foreign' }
  readonly stacks: readonly StackStatus[]
  /** Soonest first. */
  readonly versions: readonly SupportEnd[]
}

type StatusMeans = Pick<
  InfraMeans,
  'environment' | 'installation' | 'bucket' | 'records' | 'lock' | 'now' | 'checkAccount'
>

const holderOf = async (means: StatusMeans, stack: string): Promise<LockValue | null> => {
  const store = means.lock(stack)
  const seen = await store.read()
  const { state } = lockStanding(seen, systemLockClock(), store)
  return seen === null || state === 'free' || state === 'expired' ? null : seen.value
}

const stackStatus = async (reference: StackReference, means: StatusMeans): Promise<StackStatus> => {
  const { bucket, records } = means
  const stack = stackName(reference)
  const key = stateKey(reference)
  const [state, { records: newest }, drift, lock, terraformLock] = await Promise.all([
    readStateFacts(bucket, key),
    records.newest(stack, 1),
    readDriftNote(bucket, stack),
    holderOf(means, stack),
    readTerraformLock(bucket, key),
  ])
  const last = newest[0] ?? null
  const unfinished = last?.outcome === 'running' && lock === null
  return { stack, resources: state?.resources ?? null, last, unfinished, drift, lock, terraformLock }
}

/**
 * What is known of an installation, from the state bucket alone: reading is enough, and Terraform is not asked. Throws
 * AWS_UNREACHABLE (unknown), AWS_NOT_LOGGED_IN (refused).
 */
export const status = async (means: StatusMeans): Promise<StatusResult> => {
  const { environment, installation, bucket, now } = means
  await means.checkAccount()
  const shop: StackReference = { kind: 'shop', installation: installation.name }
  const stacks: readonly StackReference[] = [{ kind: 'state' }, { kind: 'registry' }, shop]
  const standing = await bucket.standing()
  return {
    schema: 'shopctl.infra-status/1',
    environment: environment.name,
    installation: installation.name,
    account: installation.account,
    region: installation.region,
    bucket: { name: bucket.bucket, standing },
    stacks: standing === 'there' ? await Promise.all(stacks.map((stack) => stackStatus(stack, means))) : [],
    versions: versionSupport(installation, now()),
  }
}
