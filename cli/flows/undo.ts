import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { ReleaseVerdict } from '../health/release-verdict.ts'
import type { Evidence, ReleaseRecord } from '../releases/release.ts'
import { lastWords } from '../tools/last-words.ts'
import type { Culprit, Setback } from './attempt-outcome.ts'
import type { FlowMeans } from './means.ts'
import { restoreRelease } from './restore-release.ts'
import type { Steps } from './steps.ts'

export type UndoRequest = {
  readonly means: FlowMeans
  readonly steps: Steps
  /** The release that users were on when this one began. */
  readonly previous: ReleaseRecord | null
  /** Where there is none: whether something ran all the same. Nobody stops what nobody knows. */
  readonly unrecorded: 'nothing' | 'something'
  /** Whether users had been moved to the release that is taken back. */
  readonly users: 'moved' | 'stayed'
  /** Writes to the record for as long as the lock is ours. */
  readonly keep: (changes: Partial<ReleaseRecord>) => Promise<void>
  /** Fires where the way back itself must stop: a second interrupt, or the lock is lost. */
  readonly signal: AbortSignal
}

/** An error as a release record keeps it. */
export const recordedFailure = (error: ShopctlError): NonNullable<ReleaseRecord['failure']> => ({
  code: error.code,
  what: error.message,
  why: [...error.why],
  fix: [...error.fix],
})

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What is known of each culprit; evidence that cannot be had is a line of evidence, never a reason to stop. */
export const collectEvidence = (
  release: ReleaseRecord,
  culprits: readonly Culprit[],
  { platform, now }: FlowMeans,
): Promise<Evidence[]> =>
  Promise.all(
    culprits.map(({ service, reason }) =>
      platform.collectEvidence(service, reason, release).catch((error: unknown): Evidence => {
        const events = [`evidence could not be collected: ${messageOf(error)}`]
        const collectedAt = now().toISOString()
        return { service, reason, lastLogs: [], previousLogs: [], probeFailures: [], events, collectedAt }
      }),
    ),
  )

type WayBack = { readonly verdict: ReleaseVerdict } | { readonly failure: unknown }

const notOursToStop: ReleaseVerdict = {
  state: 'unknown',
  services: [],
  reasons: ['something ran before of which there is no record'],
  advice: [],
  notes: [],
  culprits: [],
}

/** Goes back. A failure on the way is an answer: it must not hide why we went. */
const goBack = async (request: UndoRequest): Promise<WayBack> => {
  const { means, steps, previous, unrecorded, users, signal } = request
  const back = steps.withSignal(signal)
  if (previous === null && unrecorded === 'something') return { verdict: notOursToStop }
  try {
    const verdict = await back.run('return', async (say) => {
      const restored = await restoreRelease(previous, { means, users, say, signal })
      // Nothing was here before, so nothing shall be left, not even what a release stands on.
      if (previous === null) await means.platform.down({ data: 'keep' }, signal)
      return restored
    })
    return { verdict }
  } catch (failure) {
    signal.throwIfAborted()
    return { failure }
  }
}

/** Where users move while a release is applied, they stayed if it never came to that. */
const haveStayed = ({ users, means, steps }: UndoRequest): boolean =>
  users === 'stayed' &&
  (means.platform.usersMove === 'at-promote' || steps.attempted().every(({ name }) => name !== 'apply'))

/** What users are on now. */
const usersNow = (way: WayBack, request: UndoRequest): string => {
  const { previous, means } = request
  if ('failure' in way) return `the way back failed too, so what users are on is not known`
  if (previous === null && request.unrecorded === 'something') {
    return `what ran before has no record to go back to, so ${means.environment} is left as it is`
  }
  if (previous === null) return `there was no release before it, so nothing is left running in ${means.environment}`
  const where = `release ${previous.number}`
  const { state, reasons } = way.verdict
  if (state === 'unhealthy') return `${where}, which was there before, is not healthy itself (${reasons.join('; ')})`
  if (state !== 'healthy') return `${where} was applied again, but is not proven healthy (${reasons.join('; ')})`
  return haveStayed(request) ? `users stay on ${where}` : `users are back on ${where}`
}

const isBack = (way: WayBack, previous: ReleaseRecord | null): boolean =>
  previous !== null && 'verdict' in way && way.verdict.state === 'healthy'

const close = async (
  error: ShopctlError,
  state: ReleaseRecord['state'],
  { release, request, kept = {} }: { release: ReleaseRecord; request: UndoRequest; kept?: Partial<ReleaseRecord> },
): Promise<ShopctlError> => {
  const { means, keep } = request
  await keep({ ...kept, state, finishedAt: means.now().toISOString(), failure: recordedFailure(error) })
  means.reporter.emit({ type: 'release.closed', release: release.number, state })
  return error
}

/** Where it was started again meanwhile, what the one that ended said last comes before the few words of the next. */
const said = ({ service, lastLogs, previousLogs }: Evidence): readonly string[] =>
  lastWords([...previousLogs, ...lastLogs]).map((line) => `${service} said: ${line}`)

/** A process that was never started has no log of its own. */
const logsToRead = (release: ReleaseRecord, { code, culprits }: Setback, environment: string): readonly string[] =>
  code === 'MIGRATION_FAILED' || code === 'SEED_FAILED'
    ? []
    : culprits.map(({ service }) => toType(`logs ${service} --env ${environment} --release ${release.number}`))

/** After a setback: keeps the evidence, returns every service to the release before, closes the record, and says so. */
export const undoSetback = async (
  release: ReleaseRecord,
  setback: Setback,
  request: UndoRequest,
): Promise<ShopctlError> => {
  const { means, steps, keep, signal, previous } = request
  const { environment, interrupted } = means
  const back = steps.withSignal(signal)
  const evidence = await back.run('evidence', () => collectEvidence(release, setback.culprits, means))
  const culprits = setback.culprits.map(({ service }) => service)
  // Users come before the record: one that cannot be written now is tried again when it is closed.
  const unwritten = await keep({ culprits, evidence }).then(
    () => [],
    (error: unknown) => {
      signal.throwIfAborted()
      return [`the evidence could not be kept at once: ${messageOf(error)}`]
    },
  )

  const way = await goBack(request)
  const lost = 'failure' in way
  const error = new ShopctlError({
    code: lost ? 'RETURN_FAILED' : setback.code,
    // The way back is gone to its end and the failure told, but whoever interrupted it is answered as such.
    outcome: interrupted.aborted ? 'interrupted' : lost ? 'unknown' : 'failed',
    what: `${setback.what}; ${usersNow(way, request)}.`,
    why: [
      ...setback.reasons,
      ...evidence.flatMap(said),
      ...(lost ? [`the way back: ${messageOf(way.failure)}`] : []),
      ...unwritten,
    ],
    fix: [
      ...(lost ? [toType(`status --env ${environment}`)] : []),
      ...logsToRead(release, setback, environment),
      toType(`history show ${release.number} --env ${environment}`),
    ],
  })
  return close(error, isBack(way, previous) ? 'rolled-back' : 'failed', {
    release,
    request,
    kept: { culprits, evidence },
  })
}

const stackOf = (cause: unknown): readonly string[] =>
  cause instanceof Error ? (cause.stack ?? cause.message).split('\n') : [String(cause)]

/** After an interrupt, a refusal in the middle or a bug: the same way back, without a culprit. */
export const undoInterruption = async (
  release: ReleaseRecord,
  cause: unknown,
  request: UndoRequest,
): Promise<ShopctlError> => {
  const { means } = request
  const { environment } = means
  const interrupted = means.interrupted.aborted
  const known = cause instanceof ShopctlError ? cause : null
  const way = await goBack(request)
  const lost = 'failure' in way ? [`the way back: ${messageOf(way.failure)}`] : []
  const why = interrupted ? [] : known === null ? stackOf(cause) : [known.message, ...known.why]
  const error = new ShopctlError({
    code: interrupted ? 'INTERRUPTED' : (known?.code ?? 'BUG'),
    // The release had begun: nothing that stops it now has changed nothing.
    outcome: interrupted ? 'interrupted' : known === null ? 'bug' : lost.length > 0 ? 'unknown' : 'failed',
    what: `Release ${release.number} of ${environment} was ${interrupted ? 'interrupted' : 'not finished'}; ${usersNow(way, request)}.`,
    why: [...why, ...lost],
    fix: [
      ...(known === null || interrupted ? [] : known.fix),
      toType(`history show ${release.number} --env ${environment}`),
    ],
    cause,
  })
  return close(error, interrupted && lost.length === 0 ? 'aborted' : 'failed', { release, request })
}
