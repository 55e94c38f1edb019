import { Ledger } from '../../engine/coordinate/ledger.ts'
import { Histogram } from '../../engine/histogram/histogram.ts'
import { encodeHistogram } from '../../engine/histogram/histogram-text.ts'
import { profileSchema } from '../../engine/profile/profile.ts'
import { decodeWorkerLine, encodeWorkerLine } from '../../engine/record/worker-line.ts'
import { seededRandom } from '../../engine/schedule/seeded-random.ts'

const endpoints = 13
const requestsOfEach = 40
const seconds = 30

const profile = profileSchema.parse({
  name: 'bench',
  model: 'closed',
  users: 100_000,
  durationSeconds: 600,
  spawnRatePerSecond: 1_000,
  thinkTimeSeconds: { min: 1, max: 3 },
})

/** Latencies of a shop: most within 20 ms, one in a hundred up to seconds. */
const histogramOf = (samples: number, random: () => number): string => {
  const histogram = new Histogram()
  for (let sample = 0; sample < samples; sample++)
    histogram.record(Math.round(2_000 * (1 / (1 - random() * 0.999)) ** 0.8))
  return encodeHistogram(histogram)
}

/** What a coordinator spends on one second of so many workers: reading their lines, adding them up, closing the second. */
export const coordinatorCost = (workers: number): { readonly cpuMilliseconds: number; readonly lineBytes: number } => {
  const random = seededRandom(1, 0)
  const lag = histogramOf(requestsOfEach, random)
  const series = Array.from({ length: endpoints }, (_, endpoint) => ({
    scenario: `scenario ${endpoint % 3}`,
    endpoint: `endpoint ${endpoint}`,
    kind: 'step' as const,
    outcomes: { ok: histogramOf(requestsOfEach, random) },
    reasons: {},
    waited: false,
  }))
  const generator = {
    activeUsers: 1_000,
    requestsInFlight: 20,
    started: endpoints * requestsOfEach,
    arrived: 0,
    dropped: 0,
    lag,
    eventLoopDelay: lag,
    eventLoopUtilization: 0.3,
    stepErrors: {},
  }
  const lineOf = (worker: number, second: number) =>
    encodeWorkerLine({ version: 1, worker: String(worker), second, series, generator })
  const lines = Array.from({ length: seconds }, (_, second) =>
    Array.from({ length: workers }, (_, worker) => lineOf(worker, second)),
  )
  const ledger = new Ledger(profile)
  const before = process.cpuUsage()
  for (const second of lines) {
    for (const line of second) {
      const read = decodeWorkerLine(line)
      if (!('ended' in read)) ledger.add(read)
    }
    ledger.close()
  }
  const { user, system } = process.cpuUsage(before)
  return { cpuMilliseconds: (user + system) / 1_000 / seconds, lineBytes: lineOf(0, 0).length }
}
