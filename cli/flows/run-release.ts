import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { HealthPolicy } from '../health/policy.ts'
import type { Conflicts, Rendered, ServiceSet } from '../platforms/platform.ts'
import type { HeldLock } from '../releases/held-lock.ts'
import type { Commit, ReleaseRecord } from '../releases/release.ts'
import { attempt } from './attempt.ts'
import type { Attempt } from './attempt-outcome.ts'
import { isLostContact } from './lost-contact.ts'
import type { FlowMeans } from './means.ts'
import { retireOthers } from './retire-others.ts'
import type { Steps } from './steps.ts'
import { collectEvidence, recordedFailure, type UndoRequest, undoInterruption, undoSetback } from './undo.ts'

/** What an environment shall run, and why. */
export type ReleasePlan = {
  readonly kind: ReleaseRecord['kind']
  readonly services: ServiceSet
  readonly shared: Rendered['shared']
  readonly scans: ReleaseRecord['scans']
  readonly conflicts: Conflicts
  readonly commit: Commit | null
  readonly promotedFrom: ReleaseRecord['promotedFrom']
  readonly why: string | null
  /** For a rollback: the release whose recorded manifests are applied again. */
  readonly restores: number | null
  readonly toMigrate: readonly string[]
  readonly demoData: 'load' | 'none'
  /** Services whose digest and settings have succeeded here before. */
  readonly proven: ReadonlySet<string>
  readonly policy: HealthPolicy
}

export type RunReleaseContext = {
  readonly means: FlowMeans
  readonly steps: Steps
  readonly lock: HeldLock
  /** What users are on now. */
  readonly previous: ReleaseRecord | null
  /** Where there is no such record: whether something runs all the same, of which nobody knows what it is. */
  readonly unrecorded: 'nothing' | 'something'
}

const newRecord = (plan: ReleasePlan, context: RunReleaseContext): Omit<ReleaseRecord, 'number'> => ({
  schema: 'shopctl.release/1',
  environment: context.means.environment,
  kind: plan.kind,
  state: 'in-progress',
  services: { ...plan.services },
  shared: plan.shared,
  scans: [...plan.scans],
  commit: plan.commit,
  promotedFrom: plan.promotedFrom,
  who: context.means.who,
  why: plan.why,
  startedAt: context.means.now().toISOString(),
  finishedAt: null,
  previous: context.previous?.number ?? null,
  restores: plan.restores,
  migrations: [],
  steps: [...context.steps.attempted()],
  culprits: [],
  verdict: null,
  evidence: [],
  failure: null,
})

const unknownState = (
  release: ReleaseRecord,
  { code, why }: { code: string; why: readonly string[] },
  environment: string,
): ShopctlError =>
  new ShopctlError({
    code,
    outcome: 'unknown',
    what: `Release ${release.number} of ${environment} is neither proven healthy nor unhealthy; nothing was rolled back.`,
    why,
    fix: [toType(`status --env ${environment}`), toType(`rollback --env ${environment}`)],
  })

/** Who has the lock now mends what is left, and may be at it already: nothing more is written, not even the record. */
const leftWithoutLock = (release: ReleaseRecord, reason: unknown, environment: string): unknown =>
  reason instanceof ShopctlError
    ? new ShopctlError({
        code: reason.code,
        outcome: 'unknown',
        what: `The lock on ${environment} was lost in the middle of release ${release.number}; nothing was rolled back, and the next deploy or rollback settles what is left.`,
        why: reason.why,
        fix: [toType(`status --env ${environment}`), toType(`deploy --env ${environment}`)],
        cause: reason,
      })
    : reason

const leftHalfDone = (release: ReleaseRecord, environment: string): ShopctlError =>
  new ShopctlError({
    code: 'ABANDONED',
    outcome: 'interrupted',
    what: `Stopped at once; release ${release.number} of ${environment} is left half done: some of its services may be running beside release ${release.previous ?? 'none'}.`,
    fix: [toType(`deploy --env ${environment}`)],
  })

const wordsOf = (error: unknown): readonly string[] => {
  if (error instanceof ShopctlError) return [error.message, ...error.why]
  return [error instanceof Error ? error.message : String(error)]
}

const reasonsOf = (outcome: Exclude<Attempt, { result: 'promoted' }>): readonly string[] => {
  if (outcome.result === 'setback') return [outcome.setback.what, ...outcome.setback.reasons]
  return outcome.result === 'thrown' ? wordsOf(outcome.cause) : outcome.reasons
}

type Unclosed = {
  readonly outcome: Exclude<Attempt, { result: 'promoted' }>
  readonly failure: unknown
  readonly environment: string
}

/** The record could not be written to its end: what happened before must be told all the same. */
const leftOpen = (release: ReleaseRecord, { outcome, failure, environment }: Unclosed): ShopctlError =>
  new ShopctlError({
    code: 'RECORD_NOT_CLOSED',
    outcome: 'unknown',
    what: `Release ${release.number} of ${environment} did not succeed, and its record could not be closed; what users are on is not known, and the next deploy or rollback settles it.`,
    why: [...reasonsOf(outcome), ...wordsOf(failure)],
    fix: [toType(`status --env ${environment}`), toType(`deploy --env ${environment}`)],
    cause: failure,
  })

/** What was thrown in the middle, as an outcome: lost contact is `unknown` wherever it happens, never a reason to go back. */
const thrownOutcome = (cause: unknown, { interrupted }: FlowMeans): Exclude<Attempt, { result: 'promoted' }> => {
  if (isLostContact(cause) && !interrupted.aborted) {
    return { result: 'unknown', code: cause.code, reasons: [cause.message, ...cause.why], suspects: [] }
  }
  return { result: 'thrown', cause }
}

/**
 * Runs one release through to its users, or takes back every trace of it. The caller holds the lock.
 * An interrupt counts until the record is closed as succeeded; after that the release is what users are on.
 */
export const runRelease = async (plan: ReleasePlan, context: RunReleaseContext): Promise<ReleaseRecord> => {
  const { means, steps, lock, previous, unrecorded } = context
  const { platform, reporter, interrupted, abandoned, environment, now } = means
  const signal = AbortSignal.any([interrupted, lock.signal])

  let release = await steps.run('record', () => platform.releases.create(newRecord(plan, context), lock.signal))
  reporter.emit({ type: 'release.opened', release: release.number, previous: release.previous })
  const keep = async (changes: Partial<ReleaseRecord>) => {
    release = { ...release, ...changes, steps: finishedBy(changes, steps) }
    await lock.confirm()
    await platform.releases.update(release, lock.signal)
  }
  const takeBack = async (outcome: Exclude<Attempt, { result: 'promoted' }>, users: UndoRequest['users']) => {
    const wayBack = AbortSignal.any([abandoned, lock.signal])
    const request = { means, steps, previous, unrecorded, users, keep, signal: wayBack }
    try {
      await lock.confirm()
      if (outcome.result === 'setback') return await undoSetback(release, outcome.setback, request)
      if (outcome.result === 'thrown') return await undoInterruption(release, outcome.cause, request)
      const evidence = await collectEvidence(release, outcome.suspects, means)
      const error = unknownState(release, { code: outcome.code, why: outcome.reasons }, environment)
      const failure = recordedFailure(error)
      await keep({ state: 'unknown', finishedAt: now().toISOString(), failure, evidence })
      reporter.emit({ type: 'release.closed', release: release.number, state: 'unknown' })
      return error
    } catch (failure) {
      if (lock.signal.aborted) return leftWithoutLock(release, lock.signal.reason, environment)
      return abandoned.aborted
        ? leftHalfDone(release, environment)
        : leftOpen(release, { outcome, failure, environment })
    }
  }

  const tried = await attempt(release, { ...plan, means, steps, signal, keep }).catch((cause: unknown) =>
    thrownOutcome(cause, means),
  )
  if (tried.result !== 'promoted') throw await takeBack(tried, 'stayed')

  const closed = steps.run('close', async () => {
    await keep({ state: 'succeeded', finishedAt: now().toISOString() })
    // One that came while the record was written is heard like any before it.
    interrupted.throwIfAborted()
  })
  await closed.catch(async (cause: unknown) => {
    throw await takeBack(thrownOutcome(cause, means), 'moved')
  })
  reporter.emit({ type: 'release.closed', release: release.number, state: 'succeeded' })
  await retireOthers(release, { means, steps, signal: AbortSignal.any([abandoned, lock.signal]) })
  return release
}

/** A record cannot be written after the step that writes it: the one that closes it counts as done. */
const finishedBy = ({ state }: Partial<ReleaseRecord>, steps: Steps): ReleaseRecord['steps'] =>
  steps
    .attempted()
    .map((step) => (state === 'succeeded' && step.name === 'close' ? { ...step, outcome: 'done' } : { ...step }))
