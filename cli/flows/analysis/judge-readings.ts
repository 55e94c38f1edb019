import {
  type AnalysisInput,
  type AnalysisVerdict,
  analysisVerdict,
  latencyLooks,
  type Measurement,
} from '../../health/analysis/analysis-verdict.ts'
import { medianOf } from '../../health/analysis/rank-test.ts'
import { type AnalysisWish, analysisObjectives } from './analysis-wish.ts'
import { measurementOf } from './measuring.ts'
import type { Reading } from './reading.ts'

export type Readings = {
  /** Of the release before, while users were on it; null where there was none. */
  readonly before: readonly Reading[] | null
  /** Of the new one, since users are on it. */
  readonly since: readonly Reading[]
}

const servicesOf = (readings: readonly Reading[]): readonly string[] =>
  [...new Set(readings.flatMap(({ instances }) => instances.map(({ service }) => service)))].toSorted()

const warmReadings = (readings: readonly Reading[], warmUpSeconds: number): readonly Reading[] => {
  const began = readings[0]?.at ?? 0
  return readings.filter(({ at }) => at >= began + warmUpSeconds * 1000)
}

const yardstickReadings = 8

/**
 * By what factor telling the metrics takes longer than before, in the middle of the services: one that is slow itself
 * does not decide it. That work is the same in every release, so it is the machine that has changed.
 */
const slowdownOfMachine = ({ before, since }: Readings): number => {
  const times = (service: string, readings: readonly Reading[]) =>
    readings.flatMap(({ answered }) => answered.filter((one) => one.service === service)).map((one) => one.milliseconds)
  const ratios = servicesOf(since).flatMap((service) => {
    const [earlier, later] = [times(service, before ?? []), times(service, since)]
    return Math.min(earlier.length, later.length) < yardstickReadings ? [] : [medianOf(later) / medianOf(earlier)]
  })
  return ratios.length === 0 ? 1 : Math.max(1, medianOf(ratios))
}

const instancesOf = (service: string, readings: readonly Reading[]): ReadonlySet<string> =>
  new Set(
    readings.flatMap(({ instances }) =>
      instances.filter((one) => one.service === service).map(({ instance }) => instance),
    ),
  )

/** The very instances that ran before: one that was moved is cold, and on another machine. */
const hasStayed = (service: string, { before, since }: Readings): boolean => {
  const old = instancesOf(service, before ?? [])
  return [...instancesOf(service, since)].every((instance) => old.has(instance))
}

/** Of a service that was changed and of which no instance has told anything: the newest reason. */
const silenceOf = (service: string, since: readonly Reading[]): string => {
  const told = since.flatMap(({ silent }) => silent.filter((one) => one.service === service)).at(-1)
  return `its metrics are not known: ${told?.words ?? 'no instance of it was found to ask'}`
}

export type Look = {
  readonly wish: AnalysisWish
  /** What the release is answerable for, by the records: see changedServices. */
  readonly changed: readonly string[]
  readonly latency: AnalysisInput['latency']
}

export const looksOf = ({ policy }: AnalysisWish): number => Math.ceil(policy.windowSeconds / policy.intervalSeconds)

/** Latency is judged each time that another quarter of the window has passed. */
export const isLatencyLook = (before: number, now: number, { policy }: AnalysisWish): boolean =>
  Math.floor((now / policy.windowSeconds) * latencyLooks) > Math.floor((before / policy.windowSeconds) * latencyLooks)

/** What the readings say: of the services that were changed, with those that were not as a measure of the machine. */
export const judgeReadings = (readings: Readings, { wish, changed, latency }: Look): AnalysisVerdict => {
  const { before, since } = readings
  const { policy } = wish
  const services = servicesOf(since)
  const warm = warmReadings(since, policy.warmUpSeconds)
  const then = (service: string): Measurement | null => (before === null ? null : measurementOf(service, before))
  return analysisVerdict({
    services: changed
      .filter((service) => services.includes(service))
      .map((service) => ({
        service,
        baseline: then(service),
        candidate: measurementOf(service, since),
        warm: measurementOf(service, warm),
      })),
    unmeasured: changed
      .filter((service) => !services.includes(service))
      .map((service) => ({ service, words: silenceOf(service, since) })),
    controls: services
      .filter((service) => !changed.includes(service) && hasStayed(service, readings))
      .flatMap((service) => {
        const earlier = then(service)
        return earlier === null ? [] : [{ service, before: earlier, after: measurementOf(service, warm) }]
      }),
    machine: slowdownOfMachine({ before, since: warm }),
    objectives: analysisObjectives,
    policy,
    looks: looksOf(wish),
    latency,
  })
}
