import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { type ServiceName, serviceNames } from '../../services/registry.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { fetchRates } from '../observability/fetch-rates.ts'
import { findPrometheus } from '../observability/find-prometheus.ts'
import { type LiveInstance, liveRows } from '../observability/live-rows.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import { createLiveReadings } from './live-readings.ts'
import type { FlowMeans } from './means.ts'
import { readRunning } from './read-running.ts'
import { readSituation } from './situation.ts'

export type TopRequest = {
  readonly only: readonly ServiceName[] | null
  /** `once`: until there is a look with figures. `live`: until the signal. */
  readonly looks: 'once' | 'live'
  readonly everyMilliseconds: number
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

const shareOfOne = z.number().nullable()

export const topLookSchema = z.object({
  schema: z.literal('shopctl.top/1'),
  environment: z.string(),
  at: z.iso.datetime(),
  /** The release that users should be on, and the one that is being released; null where there is none. */
  releases: z.object({ serving: z.int().nullable(), next: z.int().nullable() }),
  /** Prometheus' address, or null where the instances were asked themselves. */
  prometheus: z.string().nullable(),
  /** Why there are no figures; null where there are. */
  trouble: z.string().nullable(),
  rows: z.array(
    z.object({
      service: z.string(),
      side: z.enum(['serving', 'next']),
      instances: z.int(),
      /** Of them, those that do not answer. */
      silent: z.int(),
      /** All null where nothing is known; a share of no requests is none. */
      requestsPerSecond: z.number().nullable(),
      errorRatio: shareOfOne,
      p50Milliseconds: z.number().nullable(),
      p95Milliseconds: z.number().nullable(),
    }),
  ),
})

export type TopLook = z.infer<typeof topLookSchema>

type Releases = { readonly serving: ReleaseRecord | null; readonly next: ReleaseRecord | null }

/** Where instances' names come from: only while two releases run beside each other has anybody to be told apart. */
const namesOf = async (release: ReleaseRecord | null, means: FlowMeans, signal: AbortSignal) =>
  release === null ? [] : (await means.platform.metricsOf(release, signal)).map(({ name }) => name)

const throughPrometheus = async (means: FlowMeans, { variables, signal }: TopRequest) => {
  const found = await findPrometheus({ environment: means.environment, platform: means.platform, variables, signal })
  if (found === null) return null
  const { prometheus, close } = found
  return {
    url: prometheus.url,
    close,
    async look({ serving, next }: Releases): Promise<readonly LiveInstance[]> {
      const rates = await fetchRates({ prometheus, namespace: means.platform.metricsNamespace })
      const old = next === null ? [] : await namesOf(serving, means, signal)
      const fresh = new Set((await namesOf(next, means, signal)).filter((name) => !old.includes(name)))
      return rates.map((instance) => ({ ...instance, side: fresh.has(instance.name) ? 'next' : 'serving' }))
    },
  }
}

const fromInstances = (means: FlowMeans, { signal }: TopRequest) => {
  const readings = createLiveReadings(means.platform)
  return {
    url: null,
    close: async () => undefined,
    look: ({ serving, next }: Releases) => readings.read([serving, next], signal),
  }
}

const readReleases = async (means: FlowMeans): Promise<Releases> => {
  const { current, unfinished } = await readSituation(means)
  return { serving: current, next: unfinished }
}

const hasFigures = ({ rows, trouble }: TopLook): boolean =>
  trouble === null &&
  rows.every(({ instances, silent, requestsPerSecond }) => instances === silent || requestsPerSecond !== null)

/**
 * How each service fares, now and again and again, until the signal. Begins with what is known at once; what does not
 * answer is a look that says so. With `once` there is one, and what went wrong is thrown.
 */
export async function* top(request: TopRequest, means: FlowMeans): AsyncIterable<TopLook> {
  const { signal, looks, only, everyMilliseconds } = request
  await readRunning(means)
  const source = (await throughPrometheus(means, request)) ?? fromInstances(means, request)
  const wanted = serviceNames.filter((name) => only === null || only.includes(name))
  const lookOnce = async (): Promise<TopLook> => {
    const releases = await readReleases(means)
    const instances = await source.look(releases)
    return {
      schema: 'shopctl.top/1',
      environment: means.environment,
      at: means.now().toISOString(),
      releases: { serving: releases.serving?.number ?? null, next: releases.next?.number ?? null },
      prometheus: source.url,
      trouble: null,
      rows: liveRows(wanted, instances).map((row) => ({ ...row })),
    }
  }
  const troubled = (error: unknown): TopLook => {
    if (looks === 'once' || !(error instanceof ShopctlError)) throw error
    const at = means.now().toISOString()
    const releases = { serving: null, next: null }
    const { environment } = means
    return {
      schema: 'shopctl.top/1',
      environment,
      at,
      releases,
      prometheus: source.url,
      trouble: error.message,
      rows: [],
    }
  }
  try {
    for (let look = 1; !signal.aborted; look += 1) {
      const seen = await lookOnce().catch((error: unknown) => (signal.aborted ? null : troubled(error)))
      if (seen === null) return
      // Instances that are asked themselves tell counters: figures come with the second answer.
      const isLast = looks === 'once' && (hasFigures(seen) || look === 2)
      if (looks === 'live' || isLast) yield seen
      if (isLast) return
      await pause(everyMilliseconds, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    await source.close()
  }
}
