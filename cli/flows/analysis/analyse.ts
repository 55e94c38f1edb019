import { setTimeout as pause } from 'node:timers/promises'
import type { AnalysisVerdict } from '../../health/analysis/analysis-verdict.ts'
import type { Finding } from '../../health/analysis/finding.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { Attempt, Culprit, Setback } from '../attempt-outcome.ts'
import type { FlowMeans } from '../means.ts'
import type { Say, Steps } from '../steps.ts'
import type { Reference } from './begin-reference.ts'
import { changedServices } from './changed-services.ts'
import { isLatencyLook, judgeReadings } from './judge-readings.ts'
import { beginMeasuring } from './measuring.ts'
import type { Reading } from './reading.ts'
import { whenUnhealthy } from './still-healthy.ts'

export type AnalyseRequest = {
  readonly means: FlowMeans
  readonly steps: Steps
  /** What users were on before; null where that is nothing. */
  readonly previous: ReleaseRecord | null
  readonly reference: Reference
  readonly keep: (changes: Partial<ReleaseRecord>) => Promise<void>
  readonly signal: AbortSignal
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const list = new Intl.ListFormat('en', { type: 'conjunction' })

const named = ({ service, route, words }: Finding): string => `${service}${route === null ? '' : ` ${route}`}: ${words}`

const secondsBetween = (readings: readonly Reading[]): number => {
  const [first, last] = [readings[0], readings.at(-1)]
  return first === undefined || last === undefined ? 0 : (last.at - first.at) / 1000
}

/** Why an instance told nothing in the end of a service that was measured all the same. */
const partlySilent = ({ findings }: AnalysisVerdict, readings: readonly Reading[]): string | null => {
  const measured = new Set(readings.flatMap(({ instances }) => instances.map(({ service }) => service)))
  const judged = findings.filter(({ service }) => measured.has(service))
  return readings.at(-1)?.silent.find((one) => judged.some(({ service }) => service === one.service))?.words ?? null
}

type Watched = { readonly verdict: AnalysisVerdict; readonly seconds: number; readonly trouble: string | null }

/** Looks after every interval until the window is over, or until it is sure that the release does worse. */
const watchUsers = async (release: ReleaseRecord, request: AnalyseRequest, say: Say): Promise<Watched> => {
  const { previous, reference, signal } = request
  const { source, wish } = reference
  const { windowSeconds, intervalSeconds } = wish.policy
  const before = reference.before?.readings() ?? null
  const changed = changedServices(release, previous)
  const measuring = beginMeasuring({ release, source, intervalSeconds, signal })
  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1000
  let seconds = 0
  try {
    while (seconds < windowSeconds) {
      const left = Math.min(intervalSeconds, windowSeconds - elapsed())
      await pause(Math.max(0, left) * 1000, undefined, { signal }).catch(() => signal.throwIfAborted())
      const now = Math.min(elapsed(), windowSeconds)
      const latency = isLatencyLook(seconds, now, wish) ? ('judged' as const) : ('not-yet' as const)
      seconds = now
      const verdict = judgeReadings({ before, since: measuring.readings() }, { wish, changed, latency })
      if (verdict.state === 'fail') return { verdict, seconds, trouble: null }
      const asked = verdict.findings.filter(({ metric }) => metric === 'errors')
      const words = asked.map(({ service, candidate }) => `${service} ${candidate.requests}`).join(', ')
      say(`${Math.round(seconds)} s of ${windowSeconds} s; requests so far: ${words || 'none'}`)
    }
    const since = measuring.readings()
    const verdict = judgeReadings({ before, since }, { wish, changed, latency: 'judged' })
    return { verdict, seconds, trouble: measuring.trouble() ?? partlySilent(verdict, since) }
  } finally {
    await measuring.stop()
  }
}

const states = { pass: 'passed', fail: 'failed', inconclusive: 'inconclusive' } as const

const recorded = ({ verdict, seconds }: Watched, { source, before }: Reference): ReleaseRecord['analysis'] => ({
  state: states[verdict.state],
  source: source.name,
  seconds: Math.round(seconds),
  referenceSeconds: before === null ? null : Math.round(secondsBetween(before.readings())),
  findings: verdict.findings.map((finding) => ({ ...finding })),
})

const culpritsOf = (worse: readonly Finding[]): readonly Culprit[] =>
  [...Map.groupBy(worse, ({ service }) => service)].map(([service, own]) => ({
    service,
    reason: own.map(named).join('; '),
  }))

const failed = (release: ReleaseRecord, { findings }: AnalysisVerdict, environment: string): Setback => {
  const worse = findings.filter(({ verdict }) => verdict === 'worse')
  const culprits = culpritsOf(worse)
  const against = release.previous === null ? 'its objectives' : `release ${release.previous}`
  return {
    code: 'ANALYSIS_FAILED',
    what: `${list.format(culprits.map(({ service }) => service))} did worse than ${against} once users were on release ${release.number} of ${environment}`,
    culprits,
    reasons: worse.map(named),
  }
}

const openWords = ({ verdict, trouble }: Watched): readonly string[] => {
  const open = verdict.findings.filter((finding) => finding.verdict === 'inconclusive').map(named)
  const nothing = verdict.findings.length === 0 ? ['it has changed no service that tells metrics'] : []
  return [...nothing, ...open, ...(trouble === null ? [] : [trouble])]
}

const judgedBy = (
  release: ReleaseRecord,
  watched: Watched,
  { means, reference: { wish } }: AnalyseRequest,
): Setback | null => {
  const { verdict } = watched
  if (verdict.state === 'fail') return failed(release, verdict, means.environment)
  if (verdict.state === 'pass') return null
  const reasons = openWords(watched)
  if (wish.inconclusive === 'fail') {
    const what = `release ${release.number} could not be shown to do as well as the one before in ${means.environment}`
    return { code: 'ANALYSIS_INCONCLUSIVE', what, culprits: [], reasons }
  }
  const message = `The analysis of release ${release.number} is inconclusive, which is no failure: ${reasons.join('; ')}`
  means.reporter.emit({ type: 'warning', message, fix: [] })
  return null
}

const words: Readonly<Record<AnalysisVerdict['state'], string>> = {
  pass: 'as good as before',
  fail: 'worse than before',
  inconclusive: 'inconclusive',
}

/**
 * Watches what users get from a release that they have just been moved to, against the objectives and against what they
 * got before. Ends early only where it is sure that the release does worse, or where it is healthy no more.
 */
export const analyse = async (release: ReleaseRecord, request: AnalyseRequest): Promise<Attempt> => {
  const { means, steps, reference, keep, signal } = request
  await reference.before?.stop()
  const outcome = await steps.run(
    'analyse',
    async (say) => {
      const ended = new AbortController()
      const either = AbortSignal.any([signal, ended.signal])
      const health = whenUnhealthy(release, means, either)
      const users = watchUsers(release, { ...request, signal: either }, say)
      try {
        const unhealthy = health.then(async (setback): Promise<Watched | Setback> => setback ?? users)
        return await Promise.race([users, unhealthy])
      } finally {
        ended.abort()
        await Promise.allSettled([health, users])
      }
    },
    (found) => ('verdict' in found ? words[found.verdict.state] : 'not healthy any more'),
  )
  if (!('verdict' in outcome)) return { result: 'setback', setback: outcome }
  const analysis = recorded(outcome, reference)
  const setback = judgedBy(release, outcome, request)
  if (setback === null) {
    await keep({ analysis })
    return { result: 'promoted' }
  }
  // Users come before the record: what cannot be written now is written when it is closed.
  const culprits = setback.culprits.map(({ service }) => service)
  const unwritten = await keep({ analysis, culprits }).then(
    () => [],
    (error: unknown) => [`the figures could not be kept at once: ${messageOf(error)}`],
  )
  return { result: 'setback', setback: { ...setback, reasons: [...setback.reasons, ...unwritten] } }
}
