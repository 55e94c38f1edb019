import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { ReportedRelease } from '../evidence/reported-release.ts'
import { compareReleases } from '../releases/compare-releases.ts'
import { irreversibleBetween, isUnsettled, rollbackTarget } from '../releases/history.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import { mendFirst } from './mend-first.ts'
import { type ReleasePlan, runRelease } from './run-release.ts'
import { provenServices, readSituation, type Situation } from './situation.ts'
import { beginFlow } from './steps.ts'
import { withLock } from './with-lock.ts'

export type RollbackPlan = {
  readonly current: ReleaseRecord
  /** What is gone back from: the current release, or a newer one that was never proven. */
  readonly leaving: ReleaseRecord
  readonly target: ReleaseRecord
  readonly comparison: ReturnType<typeof compareReleases>
}

export type RollbackRequest = {
  /** The release to go to; null is the last that succeeded before the current one. */
  readonly to: number | null
  /** Goes back from nothing else than this; null where whatever is current is left. */
  readonly reported: ReportedRelease | null
  readonly mode: 'apply' | 'dry-run'
  readonly why: string | null
  /** Also goes back across a migration that cannot be undone. */
  readonly force: 'no' | 'force'
  readonly waitSeconds: number
  /** Shows where it goes, then asks; throws where the answer is no. */
  readonly confirm: (plan: RollbackPlan) => Promise<void>
}

export type RollbackResult =
  | {
      readonly outcome: 'rolled-back' | 'would-change'
      readonly plan: RollbackPlan
      readonly release: ReleaseRecord | null
    }
  | {
      readonly outcome: 'nothing-to-take-back'
      readonly why: string
      readonly plan: null
      readonly release: ReleaseRecord | null
    }

type NothingToTakeBack = Extract<RollbackResult, { readonly outcome: 'nothing-to-take-back' }>

/** Null where a rollback may go on: who takes back what one command has made leaves alone what came after it. */
const nothingToTakeBack = (
  { records, current }: Situation,
  reported: ReportedRelease | null,
): NothingToTakeBack | null => {
  if (reported === null) return null
  const nothing = (why: string) =>
    ({ outcome: 'nothing-to-take-back', why, plan: null, release: current }) satisfies NothingToTakeBack
  if (reported.kind === 'nothing') return nothing(reported.why)
  const { number, typed } = reported
  const [newest] = records
  if (current === null) return nothing(`release ${number} of "${typed}" is not current: no release is`)
  if (current.number !== number) {
    return nothing(`release ${current.number} by ${current.who} came after release ${number} of "${typed}"`)
  }
  if (newest !== undefined && newest.number > number && isUnsettled(newest)) {
    return nothing(`release ${newest.number} by ${newest.who} was begun after release ${number} and is not settled`)
  }
  return null
}

const refuseIrreversible = (plan: RollbackPlan, records: readonly ReleaseRecord[], means: FlowMeans): void => {
  const { current, leaving, target } = plan
  const migrations = irreversibleBetween(records, target, leaving)
  if (migrations.length === 0) return
  throw new ShopctlError({
    code: 'MIGRATION_IRREVERSIBLE',
    outcome: 'refused',
    what: `Release ${target.number} may not run on the databases of ${means.environment} as they are now; nothing was changed, users stay on release ${current.number}.`,
    why: migrations.map(({ service, name }) => `${service}: migration ${name} cannot be undone`),
    fix: [toType(`rollback --env ${means.environment} --to ${target.number} --force`)],
  })
}

const plan = ({ records }: Situation, request: RollbackRequest, means: FlowMeans): RollbackPlan => {
  const { current, leaving, target } = rollbackTarget(records, { to: request.to, environment: means.environment })
  const comparison = compareReleases(leaving, target, { records, now: means.now() })
  const found = { current, leaving, target, comparison }
  if (request.force === 'no') refuseIrreversible(found, records, means)
  return found
}

const refuseIncomplete = async ({ target }: RollbackPlan, means: FlowMeans): Promise<void> => {
  const missing = await means.platform.missing(target.services)
  if (missing.length === 0) return
  throw new ShopctlError({
    code: 'RELEASE_INCOMPLETE',
    outcome: 'refused',
    what: `Release ${target.number} can no longer be applied in ${means.environment}; nothing was changed.`,
    why: missing,
    fix: [toType(`history --env ${means.environment}`)],
  })
}

/** Back to a release that has been healthy here: its recorded manifests and settings, nothing is built. */
export const rollback = async (request: RollbackRequest, means: FlowMeans): Promise<RollbackResult> => {
  const { platform } = means
  const steps = beginFlow('rollback', means)

  const shown = await steps.ask('plan', async () => {
    const situation = await readSituation(means)
    return nothingToTakeBack(situation, request.reported) ?? plan(situation, request, means)
  })
  if ('outcome' in shown) return shown
  await refuseIncomplete(shown, means)
  if (request.mode === 'dry-run') return { outcome: 'would-change', plan: shown, release: null }
  await request.confirm(shown)

  const why = request.why ?? `rollback to release ${shown.target.number}`
  return withLock({ means, steps, why, waitSeconds: request.waitSeconds }, async (lock, signal) => {
    await steps.run('prepare', (say) => platform.prepare({ say, signal }))
    const situation = await mendFirst(means, { steps, signal })
    // Mending what was left has gone back already, to where it was asked to go.
    const { current } = situation
    const nothing = nothingToTakeBack(situation, request.reported)
    if (nothing !== null) return nothing
    const wasLeft = shown.leaving.state === 'in-progress'
    if (wasLeft && current?.number === shown.target.number)
      return { outcome: 'rolled-back', plan: shown, release: current }
    // The target that was shown is the target that is taken, whatever came in between.
    const agreed = plan(situation, { ...request, to: shown.target.number }, means)
    const { services, shared, scans } = agreed.target
    const release: ReleasePlan = {
      kind: 'rollback',
      services,
      shared,
      scans,
      // What was recorded is what comes back, whoever has had a hand in it since.
      conflicts: 'take',
      commit: agreed.target.commit,
      promotedFrom: agreed.target.promotedFrom,
      why: request.why,
      restores: agreed.target.number,
      toMigrate: [],
      demoData: 'none',
      proven: provenServices(situation.records, services),
      policy: means.policy,
    }
    const done = await runRelease(release, {
      means,
      steps,
      lock,
      previous: agreed.current,
      unrecorded: 'nothing',
    })
    return { outcome: 'rolled-back', plan: agreed, release: done }
  })
}
