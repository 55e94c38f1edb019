import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Evidence, ReleaseRecord } from '../releases/release.ts'
import { lastWords } from '../tools/last-words.ts'
import type { Setback } from './attempt.ts'
import type { FlowMeans } from './means.ts'
import { type Returned, returnTo } from './return-to.ts'
import type { Steps } from './steps.ts'

/** Whether users had been moved to the release before it was taken back. */
type Promoted = 'promoted' | 'not-promoted'

type UndoRequest = {
  readonly means: FlowMeans
  readonly steps: Steps
  /** The release that users were on when this one began. */
  readonly previous: ReleaseRecord | null
}

/** An error as a release record keeps it. */
export const failureOf = (error: ShopctlError): NonNullable<ReleaseRecord['failure']> => ({
  code: error.code,
  what: error.message,
  why: [...error.why],
  fix: [...error.fix],
})

const usersNow = ({ previous, means }: UndoRequest, promoted: Promoted, returned: Returned): string => {
  if (previous === null) return `there was no release before it, so nothing is left running in ${means.environment}`
  const where = `release ${previous.number}`
  if (!returned.proven) return `${where} was applied again, but is not proven healthy (${returned.reasons.join('; ')})`
  return promoted === 'promoted' ? `users are back on ${where}` : `users stay on ${where}`
}

const said = ({ service, lastLogs }: Evidence): readonly string[] =>
  lastWords(lastLogs).map((line) => `${service} said: ${line}`)

const collect = (release: ReleaseRecord, { culprits }: Setback, { platform }: FlowMeans): Promise<Evidence[]> =>
  Promise.all(culprits.map(({ service, reason }) => platform.collectEvidence(service, reason, release)))

const fixes = (release: ReleaseRecord, { culprits }: Setback, environment: string): readonly string[] => [
  ...culprits.map(({ service }) => toType(`logs ${service} --env ${environment} --release ${release.number}`)),
  toType(`history show ${release.number} --env ${environment}`),
]

/** After a setback: keeps the evidence, returns every service to the release before, closes the record, and says so. */
export const undoSetback = async (
  release: ReleaseRecord,
  setback: Setback,
  request: UndoRequest,
): Promise<ShopctlError> => {
  const { means, steps, previous } = request
  const { platform, reporter, environment } = means
  const back = steps.withSignal(means.abandoned)

  const evidence = await back.run('evidence', () => collect(release, setback, means))
  const culprits = setback.culprits.map(({ service }) => service)
  await platform.releases.update({ ...release, culprits, evidence, steps: [...back.attempted()] })

  const returned = await back.run('return', (say) => returnTo(previous, { means, say, signal: means.abandoned }))
  const error = new ShopctlError({
    code: setback.code,
    // The way back is gone to its end and the failure told, but whoever interrupted it is answered as such.
    outcome: means.interrupted.aborted ? 'interrupted' : 'failed',
    what: `${setback.what}; ${usersNow(request, 'not-promoted', returned)}.`,
    why: [...setback.reasons, ...evidence.flatMap(said)],
    fix: fixes(release, setback, environment),
  })
  const state = previous !== null && returned.proven ? 'rolled-back' : 'failed'
  await platform.releases.update({
    ...release,
    state,
    culprits,
    evidence,
    finishedAt: means.now().toISOString(),
    failure: failureOf(error),
    steps: [...back.attempted()],
  })
  reporter.emit({ type: 'release.closed', release: release.number, state })
  return error
}

/** After an interrupt or a bug in the middle: the same way back, without a culprit. */
export const undoInterruption = async (
  release: ReleaseRecord,
  cause: unknown,
  request: UndoRequest & { readonly promoted: Promoted },
): Promise<ShopctlError> => {
  const { means, steps, previous, promoted } = request
  const { platform, reporter, environment } = means
  const back = steps.withSignal(means.abandoned)
  const interrupted = means.interrupted.aborted

  const returned = await back.run('return', (say) => returnTo(previous, { means, say, signal: means.abandoned }))
  const users = usersNow(request, promoted, returned)
  const known = cause instanceof ShopctlError ? cause : null
  const error = new ShopctlError({
    code: interrupted ? 'INTERRUPTED' : (known?.code ?? 'BUG'),
    outcome: interrupted ? 'interrupted' : known === null ? 'bug' : 'failed',
    what: interrupted
      ? `Release ${release.number} of ${environment} was interrupted; ${users}.`
      : `Release ${release.number} of ${environment} was not finished; ${users}.`,
    why: interrupted ? [] : known === null ? [String(cause)] : [known.message, ...known.why],
    fix: [toType(`history show ${release.number} --env ${environment}`)],
    cause,
  })
  const state = interrupted ? 'aborted' : 'failed'
  await platform.releases.update({
    ...release,
    state,
    finishedAt: means.now().toISOString(),
    failure: failureOf(error),
    steps: [...back.attempted()],
  })
  reporter.emit({ type: 'release.closed', release: release.number, state })
  return error
}
