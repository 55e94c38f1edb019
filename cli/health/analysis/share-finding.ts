import type { AnalysisPolicy } from './analysis-policy.ts'
import { approximateTail, binomialUpperTail, type Found, type Stratum, stratifiedUpperTail } from './binomial.ts'
import { type RouteCounts, type Span, sumOf } from './counts.ts'
import type { Finding, Measured } from './finding.ts'
import { count, driftWords, oneIn, percent, requests } from './words.ts'

/** What is counted as bad, of how many. */
type ShareMetric = {
  readonly metric: 'errors' | 'slow-answers'
  readonly find: (counts: RouteCounts) => Found
  /** `5.1 % of 812 requests were answered with 5xx`. */
  readonly verb: string
}

export const errors: ShareMetric = {
  metric: 'errors',
  find: ({ status, requests: of }) => ({ found: status >= 500 ? of : 0, of }),
  verb: 'failed (5xx)',
}

export const slowAnswers: ShareMetric = {
  metric: 'slow-answers',
  find: ({ slow, requests: of }) => (slow === null ? { found: 0, of: 0 } : { found: slow, of }),
  verb: 'took longer than the objective',
}

export type ShareRequest = {
  readonly service: string
  readonly route: string | null
  /** Null where there is no release to compare with. */
  readonly baseline: readonly Span[] | null
  readonly candidate: readonly Span[]
  /** A share of 1. */
  readonly objective: number
  /** What a false alarm of this one comparison at this one look may cost. */
  readonly alpha: number
  readonly policy: AnalysisPolicy
  /** By what factor the machine has become slower meanwhile; 1 where that says nothing of this share. */
  readonly drift: number
}

const total = (span: Span, { find }: ShareMetric): Found =>
  span.map(find).reduce((sum, one) => ({ found: sum.found + one.found, of: sum.of + one.of }), { found: 0, of: 0 })

const share = ({ found, of }: Found): number => (of === 0 ? 0 : found / of)

const measured = (found: Found): Measured => ({ requests: found.of, value: share(found) })

const strataOf = (candidate: Span, baseline: Span, metric: ShareMetric): readonly Stratum[] => {
  const byRoute = (span: Span) => Map.groupBy(span, ({ route }) => route)
  const before = byRoute(baseline)
  return [...byRoute(candidate)].flatMap(([route, counts]) => {
    const stratum = { candidate: total(counts, metric), baseline: total(before.get(route) ?? [], metric) }
    return stratum.candidate.of > 0 && stratum.baseline.of > 0 ? [stratum] : []
  })
}

/** One hiccup of a database fails many requests at once, and is no release's fault: the worst moment does not count. */
const withoutWorst = (spans: readonly Span[], metric: ShareMetric): readonly Span[] => {
  const found = spans.map((span) => total(span, metric).found)
  const worst = found.indexOf(Math.max(...found))
  return spans.filter((_, index) => index !== worst)
}

/** What the candidate would have had, asked as it was, had it done as the release before. */
const expectedShare = (strata: readonly Stratum[]): number => {
  const of = strata.reduce((sum, { candidate }) => sum + candidate.of, 0)
  const found = strata.reduce((sum, { candidate, baseline }) => sum + candidate.of * share(baseline), 0)
  return of === 0 ? 0 : found / of
}

/** How likely the finds are chance: against the objective, and where there is one against the release before. */
const chanceOf = (candidate: readonly Span[], request: ShareRequest, metric: ShareMetric): number => {
  const now = sumOf(candidate)
  const overObjective = binomialUpperTail({ ...total(now, metric), share: request.objective })
  if (request.baseline === null) return overObjective
  const strata = strataOf(now, sumOf(request.baseline), metric)
  return Math.max(overObjective, strata.length === 0 ? 1 : stratifiedUpperTail(strata))
}

/**
 * The release before, where it sets a standard. One that surely had a share worth finding itself sets none, nor does one
 * that missed the objective where this one keeps it: a fix has only the objective to be asked against.
 */
const standardOf = (request: ShareRequest, metric: ShareMetric, detectable: number): Found | null => {
  const { baseline, candidate, objective, alpha } = request
  if (baseline === null) return null
  const before = total(sumOf(baseline), metric)
  const isFix = share(before) > objective && share(total(sumOf(candidate), metric)) <= objective
  const wasBroken = share(before) >= detectable && binomialUpperTail({ ...before, share: objective }) < alpha
  return isFix || wasBroken ? null : before
}

/** The fewest requests of which a share worth finding would have been found; null where no number of them would do. */
const requestsNeeded = (request: ShareRequest, metric: ShareMetric): number | null => {
  const { objective, alpha, policy } = request
  const detectable = Math.max(policy.detectableErrorShare, 3 * objective)
  const before = standardOf(request, metric, detectable)
  for (let of = 20; of < 100_000; of = Math.ceil(of * 1.25)) {
    const candidate = { found: Math.floor(of * detectable), of }
    if (binomialUpperTail({ ...candidate, share: objective }) >= alpha) continue
    if (before === null || approximateTail([{ candidate, baseline: before }]) < alpha) return of
  }
  return null
}

const wordsOf = (
  { now, before, objective }: { now: Found; before: Found | null; objective: number },
  { verb }: ShareMetric,
): string => {
  const then = before === null ? '' : `; of the release before ${percent(share(before))} of ${count(before.of)}`
  return `${percent(share(now))} of ${requests(now.of)} ${verb}${then}; the objective is under ${percent(objective)}`
}

/** Compares one share with its objective and with the release before; only what is above both is worse. */
export const shareFinding = (request: ShareRequest, metric: ShareMetric): Finding => {
  const { service, route, baseline, candidate, objective, alpha, policy, drift } = request
  const spans = { now: sumOf(candidate), before: baseline === null ? null : sumOf(baseline) }
  const now = total(spans.now, metric)
  const before = spans.before === null ? null : total(spans.before, metric)
  const words = wordsOf({ now, before, objective }, metric)
  const finding = {
    service,
    route,
    metric: metric.metric,
    candidate: measured(now),
    baseline: before === null ? null : measured(before),
    objective,
  }
  const expected = spans.before === null ? 0 : expectedShare(strataOf(spans.now, spans.before, metric))
  const isRelevant = share(now) - Math.max(objective, expected) >= policy.relevantErrorShare
  const chance = isRelevant ? chanceOf(withoutWorst(candidate, metric), request, metric) : 1
  if (chance < alpha && drift > policy.toleratedSlowdown) {
    return { ...finding, verdict: 'inconclusive', chance, words: `${words}${driftWords(drift)}` }
  }
  if (chance < alpha) return { ...finding, verdict: 'worse', chance, words: `${words}; by chance: ${oneIn(chance)}` }
  // Of one route nothing but that it is worse is told: most are asked too seldom to say more.
  const needed = route === null ? requestsNeeded(request, metric) : null
  if (needed !== null && now.of >= needed) return { ...finding, verdict: 'better-or-same', chance: null, words }
  const missing =
    needed === null
      ? 'the release before was asked too little to compare with'
      : `too few to say more; about ${count(needed)} would do`
  return { ...finding, verdict: 'inconclusive', chance: null, words: `${words}; ${missing}` }
}
