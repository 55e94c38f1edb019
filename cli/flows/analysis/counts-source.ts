import { httpCounts } from '../../metrics/http-counts.ts'
import { parseExposition, type Series } from '../../metrics/parse-exposition.ts'
import type { FoundPrometheus } from '../../observability/find-prometheus.ts'
import type { Platform } from '../../platforms/platform.ts'
import type { Sample } from '../../prometheus/prometheus-answer.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { slowerThan } from './analysis-wish.ts'
import type { Reading } from './reading.ts'

/** Where the figures of an analysis come from. */
export type CountsSource = {
  readonly name: 'instances' | 'prometheus'
  /** How often there is something new to read. */
  readonly freshSeconds: number
  read(release: ReleaseRecord, signal: AbortSignal): Promise<Reading>
  /** What is remembered of the last so many seconds, oldest first; nothing where nobody remembers. */
  remember(release: ReleaseRecord, request: { seconds: number; signal: AbortSignal }): Promise<readonly Reading[]>
  close(): Promise<void>
}

type Asked = Pick<Platform, 'metricsOf'>

/** The instances' own metrics: there on every platform, and as fresh as they are asked. */
export const instancesSource = (platform: Asked): CountsSource => ({
  name: 'instances',
  freshSeconds: 0,
  async read(release, signal) {
    const told = await platform.metricsOf(release, signal)
    return {
      at: performance.now(),
      instances: told.flatMap(({ service, name, text }) =>
        text === null
          ? []
          : [{ service, instance: name, routes: httpCounts(parseExposition(text).series, slowerThan) }],
      ),
      answered: told.flatMap((one) =>
        one.text === null ? [] : [{ service: one.service, milliseconds: one.milliseconds }],
      ),
      silent: told.flatMap((one) =>
        one.text === null ? [{ service: one.service, words: `${one.service} (${one.name}): ${one.reason}` }] : [],
      ),
    }
  },
  remember: async () => [],
  close: async () => undefined,
})

/** What Prometheus is told to do: see observability/prometheus/. */
const scrapeSeconds = 15
const scraped = 'scrape_duration_seconds'

const selectorOf = (pods: readonly string[]): string => {
  const words = pods.map((pod) => pod.replaceAll(/[^\w -]/g, '.')).join('|')
  return `{__name__=~"http_request_duration_seconds_(count|sum|bucket)|${scraped}",pod=~"${words}"}`
}

const seriesOf = ({ labels, value }: Sample): Series => ({
  name: labels.__name__ ?? '',
  type: 'untyped',
  labels,
  value,
})

type Place = { readonly service: string; readonly name: string }

const readingOf = (samples: readonly Sample[], places: readonly Place[], at: number): Reading => {
  const byPod = Map.groupBy(samples.map(seriesOf), ({ labels }) => labels.pod ?? '')
  const known = places.flatMap((place) => {
    const series = byPod.get(place.name)
    return series === undefined ? [] : [{ ...place, series }]
  })
  return {
    at,
    instances: known.map(({ service, name, series }) => {
      return { service, instance: name, routes: httpCounts(series, slowerThan) }
    }),
    answered: known.flatMap(({ service, series }) =>
      series.filter(({ name }) => name === scraped).map(({ value }) => ({ service, milliseconds: 1000 * value })),
    ),
    silent: places
      .filter(({ name }) => !byPod.has(name))
      .map(({ service, name }) => ({ service, words: `${service} (${name}): Prometheus knows nothing of it` })),
  }
}

/** A Prometheus that scrapes them. It remembers what was, but learns what is only with its next scrape. */
export const prometheusSource = ({ prometheus, close }: FoundPrometheus, platform: Asked): CountsSource => {
  const placesOf = async (release: ReleaseRecord, signal: AbortSignal): Promise<readonly Place[]> =>
    (await platform.metricsOf(release, signal)).map(({ service, name }) => ({ service, name }))
  const readAt = async (places: readonly Place[], at: Date): Promise<Reading> => {
    const moment = performance.now() - (Date.now() - at.getTime())
    if (places.length === 0) return readingOf([], [], moment)
    return readingOf(await prometheus.query(selectorOf(places.map(({ name }) => name)), at), places, moment)
  }
  return {
    name: 'prometheus',
    freshSeconds: scrapeSeconds,
    read: async (release, signal) => readAt(await placesOf(release, signal), new Date()),
    async remember(release, { seconds, signal }) {
      const places = await placesOf(release, signal)
      const steps = Math.floor(seconds / scrapeSeconds)
      const now = Date.now()
      const moments = Array.from({ length: steps }, (_, step) => new Date(now - (steps - step) * scrapeSeconds * 1000))
      const readings: Reading[] = []
      for (const moment of moments) readings.push(await readAt(places, moment))
      return readings.filter(({ instances }) => instances.length > 0)
    },
    close,
  }
}
