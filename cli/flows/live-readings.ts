import { parseExposition } from '../metrics/parse-exposition.ts'
import { liveRates, type Reading } from '../observability/live-rates.ts'
import type { LiveInstance, LiveRow } from '../observability/live-rows.ts'
import { readCounters } from '../observability/read-counters.ts'
import type { InstanceMetrics, Platform } from '../platforms/platform.ts'
import type { ReleaseRecord } from '../releases/release.ts'

/** Over so long figures are averaged: a single second of a quiet shop says little. */
const windowMilliseconds = 10_000

const countersOf = (instance: InstanceMetrics) =>
  instance.text === null ? null : readCounters(parseExposition(instance.text))

/** What the instances' own counters say, looked at again and again. */
export const createLiveReadings = (platform: Pick<Platform, 'metricsOf'>) => {
  let readings: readonly Reading[] = []

  const read = async (
    [serving, next]: readonly [ReleaseRecord | null, ReleaseRecord | null],
    signal: AbortSignal,
  ): Promise<readonly LiveInstance[]> => {
    const ask = async (release: ReleaseRecord | null) =>
      release === null ? [] : await platform.metricsOf(release, signal)
    const [old, fresh] = await Promise.all([ask(serving), ask(next)])
    const atMilliseconds = performance.now()
    // What both releases have in common is where users are.
    const all = new Map([...fresh, ...old].map((instance) => [instance.name, instance]))
    const instances = new Map(
      [...all].map(([name, instance]) => [name, { service: instance.service, counters: countersOf(instance) }]),
    )
    readings = [
      ...readings.filter((reading) => atMilliseconds - reading.atMilliseconds <= windowMilliseconds),
      { atMilliseconds, instances },
    ]
    const serves = new Set(old.map(({ name }) => name))
    const sideOf = (name: string): LiveRow['side'] => (serves.has(name) ? 'serving' : 'next')
    return liveRates(readings).map((instance) => ({ ...instance, side: sideOf(instance.name) }))
  }
  return { read }
}
