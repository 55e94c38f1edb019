import { stackName } from '../../../stacks/stack-reference.ts'
import { driftedNames } from '../../infrastructure/drift/who-changed.ts'
import type { Difference, DriftReport } from '../../infrastructure/drift-report.ts'
import { writeDriftNote } from '../../infrastructure/records/drift-note.ts'
import { checkAccountPlace } from './check-place.ts'
import type { InfraMeans } from './infra-means.ts'
import { beginInfra } from './infra-steps.ts'
import { openPlan } from './open-plan.ts'
import { knownIdentities, untrackedOf } from './untracked.ts'

export type DriftResult = Omit<DriftReport, 'untracked'> & {
  readonly schema: 'shopctl.infra-drift/1'
  readonly environment: string
  readonly installation: string
  readonly stack: string
  /** Null where AWS does not answer which resources have our tags. */
  readonly untracked: DriftReport['untracked'] | null
}

const withWho = async (
  differences: readonly Difference[],
  plan: unknown,
  means: InfraMeans,
): Promise<readonly Difference[]> => {
  if (differences.length === 0) return []
  const addresses = new Set(differences.map(({ address }) => address))
  const by = await means.whoChanged(new Map([...driftedNames(plan)].filter(([address]) => addresses.has(address))))
  return differences.map((difference) => ({ ...difference, by: by.get(difference.address) ?? difference.by }))
}

/** A look with read-only rights must not fail because it cannot be written down. */
const note = async ({ differences, untracked }: DriftResult, means: InfraMeans): Promise<void> => {
  const checkedAt = means.now().toISOString()
  const counts = { differences: differences.length, untracked: untracked === null ? null : untracked.length }
  await writeDriftNote(means.bucket, stackName(means.stack), { checkedAt, ...counts }).catch(() => undefined)
}

/** What AWS has and the state has not, who did it as far as AWS tells, and what is ours but in no state. */
export const drift = async (means: InfraMeans): Promise<DriftResult> => {
  const { environment, installation, stack } = means
  const steps = beginInfra('infra drift', means)
  await steps.ask('tools', () => checkAccountPlace(means))
  const wanted = { against: 'account', mode: 'refresh-only', lock: 'leave', file: null } as const
  const { terraform, saved } = await openPlan(wanted, means, steps)
  const report = means.judges(means.stack).drift({ plan: saved.json, code: await means.readCode(terraform.folder) })
  const { differences, untracked } = await steps.run('ask', async () => {
    const [tagged, named] = await Promise.all([means.tagged(), withWho(report.differences, saved.json, means)])
    return { differences: named, untracked: tagged === null ? null : untrackedOf(tagged, knownIdentities(saved.json)) }
  })
  const result: DriftResult = {
    schema: 'shopctl.infra-drift/1',
    environment: environment.name,
    installation: installation.name,
    stack: stackName(stack),
    outcome: differences.length > 0 || (untracked?.length ?? 0) > 0 ? 'drift' : 'none',
    differences,
    untracked,
  }
  await note(result, means)
  return result
}
