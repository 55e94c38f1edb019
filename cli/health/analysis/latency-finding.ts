import type { AnalysisPolicy } from './analysis-policy.ts'
import { type RouteCounts, requestsOf, type Span, sumOf } from './counts.ts'
import type { Finding } from './finding.ts'
import { medianOf, rankUpperTail } from './rank-test.ts'
import { count, driftWords, milliseconds, oneIn, requests } from './words.ts'

export type LatencyRequest = {
  readonly service: string
  readonly route: string | null
  readonly baseline: readonly Span[]
  /** After it was warm. */
  readonly candidate: readonly Span[]
  /** By what factor the machine has become slower meanwhile: what that explains is not the release. */
  readonly drift: number
  /** How often it was asked in a second, against the release before: a crowd is slower to serve. */
  readonly crowding: number
  readonly alpha: number
  readonly policy: AnalysisPolicy
}

/** So many requests make one value to be compared, so that one slow request does not make it an outlier. */
const requestsInBlock = 20
export const blocksNeeded = { baseline: 8, candidate: 12 } as const
/** With less, the mean of a route says little about it. */
const requestsForMean = 5
const crowded = 1.5

const keyOf = ({ route, status }: RouteCounts): string => `${route} ${status}`

/** An error may be quick or slow: it is counted as an error, and not for its time. */
const answered = (spans: readonly Span[]): readonly Span[] =>
  spans.map((span) => span.filter(({ status }) => status < 500))

type Means = ReadonlyMap<string, number>

const meansOf = (spans: readonly Span[]): Means =>
  new Map(
    sumOf(spans)
      .filter((counts) => counts.requests >= requestsForMean && counts.seconds > 0)
      .map((counts) => [keyOf(counts), counts.seconds / counts.requests]),
  )

type Block = { readonly requests: number; readonly took: number; readonly expected: number }

/** What a span took, and what the same requests would have taken by the means: so what is asked for cannot matter. */
const blockOf = (span: Span, means: Means): Block =>
  span.reduce(
    (sum, counts) => {
      const mean = means.get(keyOf(counts))
      if (mean === undefined) return sum
      return {
        requests: sum.requests + counts.requests,
        took: sum.took + counts.seconds,
        expected: sum.expected + counts.requests * mean,
      }
    },
    { requests: 0, took: 0, expected: 0 },
  )

const blocksOf = (spans: readonly Span[], means: Means): readonly Block[] => {
  const full: Block[] = []
  let open: Block = { requests: 0, took: 0, expected: 0 }
  for (const { requests: more, took, expected } of spans.map((span) => blockOf(span, means))) {
    open = { requests: open.requests + more, took: open.took + took, expected: open.expected + expected }
    if (open.requests < requestsInBlock) continue
    full.push(open)
    open = { requests: 0, took: 0, expected: 0 }
  }
  return full
}

const slownessOf = ({ took, expected }: Block): number => took / expected

/** By what factor the later spans are slower than the earlier ones; null where there is too little to say. */
export const slowdownBetween = (earlier: readonly Span[], later: readonly Span[]): number | null => {
  const means = meansOf(answered(earlier))
  const before = blocksOf(answered(earlier), means)
  const after = blocksOf(answered(later), means)
  if (before.length < blocksNeeded.baseline || after.length < blocksNeeded.candidate) return null
  return medianOf(after.map(slownessOf)) / medianOf(before.map(slownessOf))
}

const meanOf = (blocks: readonly Block[], field: 'took' | 'expected'): number => {
  const asked = blocks.reduce((sum, block) => sum + block.requests, 0)
  return asked === 0 ? 0 : blocks.reduce((sum, block) => sum + block[field], 0) / asked
}

/**
 * Compares how long the same requests take, moment against moment. A moment is one value: requests of one moment share
 * what the machine does, so that each for itself would be taken for far more evidence than it is.
 */
export const latencyFinding = (request: LatencyRequest): Finding => {
  const { service, route, drift, crowding, alpha, policy } = request
  const spans = { before: answered(request.baseline), now: answered(request.candidate) }
  const means = meansOf(spans.before)
  const before = blocksOf(spans.before, means)
  const now = blocksOf(spans.now, means)
  const asked = { before: requestsOf(sumOf(spans.before)), now: requestsOf(sumOf(spans.now)) }
  const took = meanOf(now, 'took')
  const expected = meanOf(now, 'expected')
  const finding = {
    service,
    route,
    metric: 'latency' as const,
    candidate: { requests: asked.now, value: took },
    baseline: { requests: asked.before, value: expected },
    objective: null,
  }
  const inconclusive = (words: string): Finding => ({ ...finding, verdict: 'inconclusive', chance: null, words })
  if (before.length < blocksNeeded.baseline || now.length < blocksNeeded.candidate) {
    const enough = { before: blocksNeeded.baseline * requestsInBlock, now: blocksNeeded.candidate * requestsInBlock }
    return inconclusive(
      `${requests(asked.now)} and ${count(asked.before)} of the release before are too few to compare how long they take; about ${count(enough.now)} and ${count(enough.before)} on the same routes, spread over ${blocksNeeded.candidate} and ${blocksNeeded.baseline} readings, would do`,
    )
  }
  const usual = medianOf(before.map(slownessOf)) * drift
  const slowness = now.map(slownessOf)
  const ratio = medianOf(slowness) / usual
  // What passes as a new program gets warm is no slowness of the release.
  const lately = medianOf(slowness.slice(Math.floor(slowness.length / 2))) / usual
  const tolerated = before.map((block) => slownessOf(block) * drift * policy.toleratedSlowdown)
  const chance = rankUpperTail(slowness, tolerated)
  const relevant =
    Math.min(ratio, lately) >= policy.relevantSlowdown && (ratio - 1) * expected * 1000 >= policy.relevantMilliseconds
  const words = `the same requests took ${ratio.toFixed(2)} times as long as with the release before (${milliseconds(took)} instead of ${milliseconds(expected)}; ${requests(asked.now)})${driftWords(drift)}`
  if (!relevant) return { ...finding, verdict: 'better-or-same', chance, words }
  if (crowding > crowded) {
    return inconclusive(`${words}, but ${crowding.toFixed(1)} times as many of them came`)
  }
  if (chance >= alpha) return inconclusive(`${words}, which may be chance (${oneIn(chance)})`)
  return { ...finding, verdict: 'worse', chance, words: `${words}; by chance: ${oneIn(chance)}` }
}
