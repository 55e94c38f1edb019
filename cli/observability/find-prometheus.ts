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

type Watched = { readonly environment: string; readonly platform: Platform['name'] }

export type FindPrometheus = {
  readonly environment: string
  readonly platform: Pick<Platform, 'name' | 'openPrometheus'>
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** For one answer; 10 where it is left out. */
  readonly answerSeconds?: number
}

const bringUp = ({ environment, platform }: Watched): string =>
  platform === 'local'
    ? toType(`observe --env ${environment}`)
    : toType(`observability apply --env ${environment} --only monitoring`)

/** What to type where the environment's own does not answer. */
const ownFixes = (watched: Watched) => ({
  elsewhere: [bringUp(watched)],
  ...(watched.platform === 'local' ? {} : { through: 'tunnel' as const }),
})

const nothingToEnd = async () => undefined

/** The Prometheus that watches an environment, whether it answers or not; null where there is none. */
export const findPrometheus = async (request: FindPrometheus): Promise<FoundPrometheus | null> => {
  const { environment, platform, variables, signal, answerSeconds = 10 } = request
  const { SHOPCTL_PROMETHEUS_URL: named } = variables
  const way = named ? { url: named, close: nothingToEnd } : await platform.openPrometheus(signal)
  if (way === null) return null
  const fixes = named ? {} : ownFixes({ environment, platform: platform.name })
  const prometheus = openPrometheus({ url: way.url, signal, answerSeconds, ...fixes })
  return { prometheus, from: named ? 'setting' : 'environment', close: way.close }
}

export const noPrometheus = (watched: Watched) =>
  new ShopctlError({
    code: 'NO_PROMETHEUS',
    outcome: 'refused',
    what: `Nothing is known of ${watched.environment} over time: no Prometheus watches it.`,
    why: ['SHOPCTL_PROMETHEUS_URL names none, and the environment has none of its own'],
    fix: [bringUp(watched)],
  })
