import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Platform } from '../platforms/platform.ts'
import { openPrometheus, type Prometheus } from '../prometheus/open-prometheus.ts'

export type FoundPrometheus = {
  readonly prometheus: Prometheus
  /** Who named it: a person by SHOPCTL_PROMETHEUS_URL, or the environment has it by itself. */
  readonly from: 'setting' | 'environment'
  /** Ends the way to it. */
  close(): Promise<void>
}

export type FindPrometheus = {
  readonly platform: Pick<Platform, 'openPrometheus'>
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** For one answer; 10 where it is left out. */
  readonly answerSeconds?: number
}

const nothingToEnd = async () => undefined

/** The Prometheus that watches an environment, whether it answers or not; null where there is none. */
export const findPrometheus = async (request: FindPrometheus): Promise<FoundPrometheus | null> => {
  const { platform, variables, signal, answerSeconds = 10 } = request
  const { SHOPCTL_PROMETHEUS_URL: named } = variables
  const way = named ? { url: named, close: nothingToEnd } : await platform.openPrometheus(signal)
  if (way === null) return null
  const prometheus = openPrometheus({ url: way.url, signal, answerSeconds })
  return { prometheus, from: named ? 'setting' : 'environment', close: way.close }
}

export const noPrometheus = ({ environment, platform }: { environment: string; platform: Platform['name'] }) =>
  new ShopctlError({
    code: 'NO_PROMETHEUS',
    outcome: 'refused',
    what: `Nothing is known of ${environment} over time: no Prometheus watches it.`,
    why: ['SHOPCTL_PROMETHEUS_URL names none, and the environment has none of its own'],
    fix: [
      platform === 'local'
        ? toType(`observe --env ${environment}`)
        : toType(`observability apply --env ${environment}`),
    ],
  })
