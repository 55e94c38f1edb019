import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { HealthPolicy } from '../health/policy.ts'
import type { ServiceSet } from '../platforms/platform.ts'
import type { HeldLock } from '../releases/held-lock.ts'
import type { Commit, ReleaseRecord } from '../releases/release.ts'
import { attempt } from './attempt.ts'
import type { FlowMeans } from './means.ts'
import type { Steps } from './steps.ts'
import { failureOf, undoInterruption, undoSetback } from './undo.ts'

/** What an environment shall run, and why. */
export type Wanted = {
  readonly kind: ReleaseRecord['kind']
  readonly services: ServiceSet
  readonly commit: Commit | null
  readonly why: string | null
  /** For a rollback: the release whose recorded manifests are applied again. */
  readonly restores: number | null
  readonly toMigrate: readonly string[]
  readonly demoData: 'load' | 'none'
  readonly proven: ReadonlySet<string>
  readonly policy: HealthPolicy
}

export type CarryOutContext = {
  readonly means: FlowMeans
  readonly steps: Steps
  /** Whoever has lost it changes nothing any more: somebody else may be changing the environment. */
  readonly lock: HeldLock
  /** What users are on now. */
  readonly previous: ReleaseRecord | null
}

const newRecord = (wanted: Wanted, context: CarryOutContext): Omit<ReleaseRecord, 'number'> => ({
  schema: 'shopctl.release/1',
  environment: context.means.environment,
  kind: wanted.kind,
  state: 'in-progress',
  services: { ...wanted.services },
  commit: wanted.commit,
  who: context.means.who,
  why: wanted.why,
  startedAt: context.means.now().toISOString(),
  finishedAt: null,
  previous: context.previous?.number ?? null,
  restores: wanted.restores,
  migrations: [],
  steps: [...context.steps.attempted()],
  culprits: [],
  verdict: null,
  evidence: [],
  failure: null,
})

const unknownState = (release: ReleaseRecord, reasons: readonly string[], means: FlowMeans): ShopctlError =>
  new ShopctlError({
    code: 'ROLLOUT_UNKNOWN',
    outcome: 'unknown',
    what: `Release ${release.number} of ${means.environment} is neither proven healthy nor unhealthy; nothing was rolled back.`,
    why: reasons,
    fix: [toType(`status --env ${means.environment}`), toType(`rollback --env ${means.environment}`)],
  })

const leftHalfDone = (release: ReleaseRecord, means: FlowMeans): ShopctlError =>
  new ShopctlError({
    code: 'ABANDONED',
    outcome: 'interrupted',
    what: `Stopped at once; release ${release.number} of ${means.environment} is left half done: some of its services may be running beside release ${release.previous ?? 'none'}.`,
    fix: [toType(`deploy --env ${means.environment}`)],
  })

/**
 * Carries one release through to its users, or takes back every trace of it. The caller holds the lock.
 * An interrupt counts until the record is closed as succeeded; after that the release is what users are on.
 */
export const carryOut = async (wanted: Wanted, context: CarryOutContext): Promise<ReleaseRecord> => {
  const { means, steps, lock, previous } = context
  const { platform, reporter, interrupted, abandoned } = means
  const signal = AbortSignal.any([interrupted, lock.signal])

  let release = await steps.run('record', () => platform.releases.create(newRecord(wanted, context)))
  reporter.emit({ type: 'release.opened', release: release.number, previous: release.previous })
  const keep = async (changes: Partial<ReleaseRecord>) => {
    // The record cannot be written after the step that writes it.
    const attempted = steps
      .attempted()
      .map((step) => (step.name === 'close' ? { ...step, outcome: 'done' as const } : step))
    release = { ...release, ...changes, steps: attempted }
    await lock.confirm()
    await platform.releases.update(release)
  }

  const comeBack = async (cause: unknown, promoted: 'promoted' | 'not-promoted'): Promise<unknown> => {
    const undo = async () => {
      await lock.confirm()
      return undoInterruption(release, cause, { means, steps, previous, promoted })
    }
    const error = await undo().catch((failure: unknown) => failure)
    if (lock.signal.aborted) return lock.signal.reason
    return abandoned.aborted ? leftHalfDone(release, means) : error
  }

  const outcome = await attempt(release, { ...wanted, means, steps, lock, signal, keep }).catch(
    async (cause: unknown) => {
      throw await comeBack(cause, 'not-promoted')
    },
  )
  if (outcome.result === 'setback') {
    await lock.confirm()
    throw await undoSetback(release, outcome.setback, { means, steps, previous }).catch((failure: unknown) =>
      abandoned.aborted ? leftHalfDone(release, means) : failure,
    )
  }
  if (outcome.result === 'unknown') {
    const error = unknownState(release, outcome.reasons, means)
    await keep({ state: 'unknown', finishedAt: means.now().toISOString(), failure: failureOf(error) })
    throw error
  }

  const succeeded = { state: 'succeeded', finishedAt: means.now().toISOString() } as const
  await steps
    .run('close', async () => {
      await keep(succeeded)
      // One that came while the record was written is heard like any before it.
      interrupted.throwIfAborted()
    })
    .catch(async (cause: unknown) => {
      throw await comeBack(cause, 'promoted')
    })
  reporter.emit({ type: 'release.closed', release: release.number, state: 'succeeded' })
  await platform.retire(release, abandoned)
  return release
}
