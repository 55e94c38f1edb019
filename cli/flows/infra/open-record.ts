import { randomBytes } from 'node:crypto'
import { stackName } from '../../../stacks/stack-reference.ts'
import type { ShopctlError } from '../../errors/shopctl-error.ts'
import type { ApplyRecord } from '../../infrastructure/records/apply-record.ts'
import type { ApplyOutcome } from '../../infrastructure/terraform.ts'
import type { Allowed } from './check-policy.ts'
import type { InfraMeans } from './infra-means.ts'
import type { MadePlan } from './make-plan.ts'

type Opening = {
  readonly verb: ApplyRecord['verb']
  readonly made: MadePlan | null
  readonly allowed: Allowed
}

/** The record of a run from before its first change on, so that also a killed one is told of. */
export type OpenRecord = {
  readonly id: string
  applied(outcome: ApplyOutcome): void
  close(failure: ShopctlError | null): Promise<void>
}

/** `20261122T204501123Z-3f2a9c`: sorts by time, and two at once differ. */
const newId = (now: Date): string => `${now.toISOString().replaceAll(/[-:.]/g, '')}-${randomBytes(3).toString('hex')}`

const costOf = ({ cost }: MadePlan): ApplyRecord['cost'] => ({
  expected: cost.monthly.total.expected,
  delta: cost.delta,
  verdict: cost.verdict,
})

/** A record that nobody has written down yet. */
export const newRecord = async ({ verb, made, allowed }: Opening, means: InfraMeans): Promise<ApplyRecord> => ({
  schema: 'shopctl.infra-record/1',
  id: newId(means.now()),
  verb,
  stack: stackName(means.stack),
  environment: means.environment.name,
  installation: means.installation.name,
  who: means.who,
  commit: await means.commit(),
  startedAt: means.now().toISOString(),
  finishedAt: null,
  planDigest: made?.saved.digest ?? null,
  counts: made === null ? null : { ...made.verdict.counts },
  changes: (made?.verdict.changes ?? []).map(({ address, kind }) => ({ address, kind })),
  cost: made === null ? null : costOf(made),
  allowed: { destroy: [...allowed.destroy], cost: allowed.cost },
  outcome: 'running',
  done: 0,
  tainted: [],
  failed: [],
  failure: null,
})

const outcomeOf = (failure: ShopctlError | null): ApplyRecord['outcome'] => {
  if (failure === null) return 'done'
  return failure.outcome === 'interrupted' ? 'interrupted' : 'failed'
}

/** Writes the record down before anything is changed: what cannot be written down is not done. */
export const openRecord = async (opening: Opening, means: InfraMeans): Promise<OpenRecord> => {
  let record = await newRecord(opening, means)
  await means.records.write(record)
  return {
    id: record.id,
    applied({ done, tainted, failed }) {
      record = { ...record, done: done.length, tainted: [...tainted], failed: failed.map((one) => ({ ...one })) }
    },
    async close(failure) {
      record = {
        ...record,
        finishedAt: means.now().toISOString(),
        outcome: outcomeOf(failure),
        failure: failure === null ? null : { code: failure.code, what: failure.message },
      }
      await means.records.write(record)
    },
  }
}
