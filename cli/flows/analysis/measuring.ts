import { setTimeout as pause } from 'node:timers/promises'
import type { Measurement } from '../../health/analysis/analysis-verdict.ts'
import { type Span, spansBetween } from '../../health/analysis/counts.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { CountsSource } from './counts-source.ts'
import type { Reading } from './reading.ts'

const pairs = (readings: readonly Reading[]): readonly (readonly [Reading, Reading])[] =>
  readings.slice(1).flatMap((later, index) => {
    const earlier = readings[index]
    return earlier === undefined ? [] : [[earlier, later] as const]
  })

const namesOf = (service: string, { instances }: Reading): readonly string[] =>
  instances.filter((one) => one.service === service).map(({ instance }) => instance)

/** What one service answered between each two readings that an instance of it is in: other time is not its time. */
export const measurementOf = (service: string, readings: readonly Reading[]): Measurement => {
  const measured = pairs(readings).filter(([earlier, later]) => {
    const known = new Set(namesOf(service, earlier))
    return namesOf(service, later).some((name) => known.has(name))
  })
  const spans = measured.map(
    ([earlier, later]): Span => spansBetween(earlier.instances, later.instances).get(service) ?? [],
  )
  return { seconds: measured.reduce((sum, [earlier, later]) => sum + (later.at - earlier.at) / 1000, 0), spans }
}

export type Measuring = {
  /** So far. */
  readings(): readonly Reading[]
  /** Why the newest try read nothing; null where it did. */
  trouble(): string | null
  /** Ends it; resolves when nothing is asked any more. */
  stop(): Promise<void>
}

type MeasuringRequest = {
  readonly release: ReleaseRecord
  readonly source: Pick<CountsSource, 'read'>
  readonly intervalSeconds: number
  /** What is remembered from before. */
  readonly known?: readonly Reading[]
  readonly signal: AbortSignal
}

/**
 * Reads what a release has counted again and again, until it is stopped. A reading that cannot be had is no failure: it
 * is missing, and what is missing makes a verdict inconclusive.
 */
export const beginMeasuring = ({
  release,
  source,
  intervalSeconds,
  signal,
  known = [],
}: MeasuringRequest): Measuring => {
  const ended = new AbortController()
  const either = AbortSignal.any([signal, ended.signal])
  const readings: Reading[] = [...known]
  let trouble: string | null = null

  const readOnce = async () => {
    try {
      readings.push(await source.read(release, either))
      trouble = null
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error)
    }
  }
  const running = (async () => {
    while (!either.aborted) {
      const began = performance.now()
      await readOnce()
      const rest = Math.max(0, intervalSeconds * 1000 - (performance.now() - began))
      await pause(rest, undefined, { signal: either }).catch(() => undefined)
    }
  })()
  return {
    readings: () => readings,
    trouble: () => trouble,
    async stop() {
      ended.abort()
      await running
    },
  }
}
