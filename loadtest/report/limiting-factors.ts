import { reachOf } from '../engine/objectives/reach.ts'
import { ceilingOf } from '../engine/profile/ceiling.ts'
import { thinkMeanSeconds } from '../engine/profile/profile.ts'
import { type Figures, figuresOf } from '../engine/result/run-result.ts'
import { requestsPerUser } from '../engine/scenario/scenario.ts'
import { count, figure, milliseconds, percent, plural } from './figures-in-words.ts'
import type { KeptRun } from './kept-run.ts'

export type LimitingFactor = {
  readonly what: 'generator' | 'profile' | 'arrivals' | 'errors'
  /** False: looked at, and it was not this. */
  readonly isLimit: boolean
  readonly sentence: string
}

/** A thread that hardly ever waits begins things late, soon if not yet. */
const busyUtilization = 0.9
/** So much of what a profile can send at all is all of it, as far as people care. */
const nearCeiling = 0.9

/** What kept the run from sending or reaching more, and what did not; pure. */
export const limitingFactors = (run: KeptRun): readonly LimitingFactor[] => {
  const all = figuresOf(run.result, { kind: 'all' })
  if (all === undefined) return generatorFactors(run)
  return [...generatorFactors(run), ...profileFactors(run, all), ...arrivalFactors(run), ...errorFactors(all)]
}

const generatorFactors = ({ result }: KeptRun): readonly LimitingFactor[] => {
  if (!result.verdict.valid) {
    return result.verdict.reasons.map((reason) => ({
      what: 'generator',
      isLimit: true,
      sentence: `Invalid: ${reason}.`,
    }))
  }
  const { lag } = result.generator
  const busy = busyShare(result)
  const isLimit = busy >= busyUtilization
  const facts = `its busiest thread worked ${percent(busy)} of the time, and actions began ${milliseconds(lag.p99)} late at p99 (limit ${milliseconds(result.profile.limits.schedulerLagP99Milliseconds)})`
  const sentence = isLimit ? `The generator was near its end: ${facts}.` : `The generator had room: ${facts}.`
  return [{ what: 'generator', isLimit, sentence }]
}

/** The most of any second is that of the start, in which everything is compiled. */
const busyShare = ({ windows }: KeptRun['result']): number => {
  const seconds = windows.reduce((sum, window) => sum + window.seconds, 0)
  const busy = windows.reduce((sum, { seconds: long, generator }) => sum + long * generator.eventLoopUtilization, 0)
  return seconds === 0 ? 0 : busy / seconds
}

const capital = (sentence: string): string => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`

const profileFactors = ({ result, judgements }: KeptRun, all: Figures): readonly LimitingFactor[] => {
  const { profile, scenarios } = result
  const perUser = scenarios.length === 0 ? 1 : requestsPerUser(scenarios)
  const assumption = { responseSeconds: (all.latency.mean ?? 0) / 1_000, requestsPerUser: perUser }
  const outOfReach = reachOf(
    judgements.map(({ objective }) => objective),
    { profile, ...assumption },
  ).flatMap(({ sentence }) =>
    sentence === null ? [] : [{ what: 'profile' as const, isLimit: true, sentence: `${capital(sentence)}.` }],
  )
  if (all.requestsPerSecond === null || result.partial) return outOfReach
  if (profile.model === 'closed' && thinkMeanSeconds(profile) === 0) {
    const sentence = 'The profile had room: its users do not think, and only waited for answers.'
    return [...outOfReach, { what: 'profile', isLimit: false, sentence }]
  }
  // How fast the shop could be at best: what is left then is the profile's own doing.
  const most = ceilingOf(profile, { ...assumption, responseSeconds: 0 })
  const reached = all.requestsPerSecond / most.requestsPerSecond
  const isLimit = reached >= nearCeiling
  const said = `${figure(all.requestsPerSecond)} requests a second ended ok at full load, ${percent(reached)} of the ${figure(most.requestsPerSecond)} that the profile sends to a shop that answers at once`
  const sentence = isLimit
    ? `The profile was the limit: ${said}.`
    : `The profile had room: ${said}; the rest was waited for or failed.`
  return [...outOfReach, { what: 'profile', isLimit, sentence }]
}

const arrivalFactors = ({ result: { profile, totals } }: KeptRun): readonly LimitingFactor[] => {
  if (profile.model === 'closed') return []
  const wanted = totals.arrived + totals.dropped
  if (totals.dropped === 0) {
    return [{ what: 'arrivals', isLimit: false, sentence: `All ${plural(wanted, 'arrival')} were started.` }]
  }
  const share = percent(totals.dropped / wanted)
  const sentence = `${plural(totals.dropped, 'arrival')} of ${count(wanted)} (${share}) were dropped: ${count(profile.mostUsersInFlight)} users, as many as may be, were in flight.`
  return [{ what: 'arrivals', isLimit: true, sentence }]
}

const errorFactors = ({ counts, errorShare, reasons }: Figures): readonly LimitingFactor[] => {
  const wrong = counts.failed + counts.timed_out
  if (wrong === 0) return [{ what: 'errors', isLimit: false, sentence: 'No request failed.' }]
  const [most] = Object.entries(reasons).toSorted(([, one], [, other]) => other - one)
  const often = most === undefined ? '' : `; most often "${most[0]}" (${count(most[1])})`
  const timedOut = counts.timed_out === 0 ? '' : `; ${count(counts.timed_out)} ran out of time`
  const sentence = `${plural(wrong, 'request')} (${percent(errorShare)}) failed or timed out${often}${timedOut}.`
  return [{ what: 'errors', isLimit: true, sentence }]
}
