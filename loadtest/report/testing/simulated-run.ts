import { Histogram } from '../../engine/histogram/histogram.ts'
import { encodeHistogram } from '../../engine/histogram/histogram-text.ts'
import type { SeriesSecond } from '../../engine/record/snapshot.ts'
import { seededRandom } from '../../engine/schedule/seeded-random.ts'
import { closedProfile } from '../../engine/testing/profiles.ts'
import { resultOf, snapshot } from '../../engine/testing/results.ts'
import type { KeptRun } from '../kept-run.ts'

export type Shop = {
  readonly seed: number
  readonly seconds?: number
  readonly requestsPerSecond?: number
  readonly endpoints?: readonly string[]
  /** Milliseconds, and the spread of its logarithm. */
  readonly median?: number
  readonly spread?: number
  readonly errorShare?: number
  /** How much whole seconds are slower or faster than others, of the logarithm. */
  readonly weather?: number
}

/** Like a normal distribution, of two uniform numbers. */
const gauss = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** A run against a shop of which everything is known. */
export const simulatedRun = ({
  seed,
  seconds = 60,
  requestsPerSecond = 100,
  endpoints = ['search'],
  median = 20,
  spread = 0.5,
  errorShare = 0.02,
  weather = 0,
}: Shop): KeptRun => {
  const random = seededRandom(seed, 1)
  const snapshots = Array.from({ length: seconds }, (_, second) => {
    const slower = Math.exp(weather * gauss(random))
    const series = endpoints.map((endpoint): SeriesSecond => {
      const [ok, failed] = [new Histogram(), new Histogram()]
      // Near enough to a Poisson distribution.
      const requests = Math.max(0, Math.round(requestsPerSecond + Math.sqrt(requestsPerSecond) * gauss(random)))
      for (let request = 0; request < requests; request++) {
        const microseconds = 1_000 * median * slower * Math.exp(spread * gauss(random))
        if (random() < errorShare) failed.record(microseconds)
        else ok.record(microseconds)
      }
      const outcomes = { ok: encodeHistogram(ok), failed: encodeHistogram(failed) }
      return {
        scenario: 'visitor',
        endpoint,
        kind: 'step',
        outcomes,
        reasons: { 'status 503': failed.count },
        waited: false,
      }
    })
    return snapshot({ second, series })
  })
  const profile = closedProfile({ users: 5, startUsers: 5, durationSeconds: seconds })
  const scenarios = [{ name: 'visitor', weight: 1, steps: [...endpoints] }]
  return {
    version: 1,
    environment: 'staging',
    release: { number: 41, commit: '3f85eb3' },
    result: resultOf(profile, snapshots, { scenarios }),
    judgements: [],
  }
}
