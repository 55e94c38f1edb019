import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { serviceNames, services } from '../../services/registry.ts'
import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { interruption } from '../errors/interruption.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Observers, RenderObservers } from '../platforms/platform.ts'
import { openPrometheus, type Prometheus } from '../prometheus/open-prometheus.ts'
import type { FlowMeans } from './means.ts'
import { readRunning } from './read-running.ts'
import { beginFlow } from './steps.ts'
import { withLock } from './with-lock.ts'

export type ObserveRequest = {
  /** Is posted what elsewhere pages, chats and mails; null where nobody is. */
  readonly webhookUrl: string | null
  readonly waitSeconds: number
}

const observerSchema = z.object({ url: z.string(), state: z.enum(['started', 'running']) })

export const observeResultSchema = z.object({
  schema: z.literal('shopctl.observe/1'),
  environment: z.string(),
  prometheus: observerSchema,
  alertmanager: observerSchema,
  /** `down`: nothing serves, so that there is nothing to be seen but what was measured before. */
  shop: z.enum(['up', 'down']),
  targets: z.array(
    z.object({
      job: z.string(),
      instance: z.string(),
      /** `unknown`: not asked yet. */
      health: z.enum(['up', 'down', 'unknown']),
      error: z.string(),
    }),
  ),
  /** Those that are pending or firing now. */
  alerts: z.array(
    z.object({
      alert: z.string(),
      state: z.enum(['pending', 'firing', 'inactive']),
      severity: z.string().nullable(),
      service: z.string().nullable(),
      since: z.string().nullable(),
      summary: z.string().nullable(),
    }),
  ),
})

export type ObserveResult = z.infer<typeof observeResultSchema>

/** Throws OBSERVE_NOT_HERE (refused) before anything is opened. */
export const refuseElsewhere = ({ name, platform }: Pick<EnvironmentFacts, 'name' | 'platform'>): void => {
  if (platform === 'local') return
  throw new ShopctlError({
    code: 'OBSERVE_NOT_HERE',
    outcome: 'refused',
    what: `Nothing was started: ${name} is watched by its own cluster.`,
    fix: [toType(`slo --env ${name}`), toType(`top --env ${name}`)],
  })
}

/** Loaded where it is used: what renders dashboards takes longer to load than most commands to run. */
const loadRendering = async ({ webhookUrl }: ObserveRequest): Promise<RenderObservers> => {
  const [{ renderRules }, { renderPrometheus }, { renderAlertmanager }, { localDiscovery }] = await Promise.all([
    import('../../observability/rules/render-rules.ts'),
    import('../../observability/prometheus/render-prometheus.ts'),
    import('../../observability/alertmanager/render-alertmanager.ts'),
    import('../../observability/render-target.ts'),
  ])
  return ({ targetsFile, ...place }) => {
    const named = webhookUrl === null ? {} : { webhookUrl }
    const discovery = { ...localDiscovery(targetsFile), ...place, ...named }
    const target = { environment: 'local', discovery } as const
    return [...renderRules(target), ...renderPrometheus(target), ...renderAlertmanager(target)]
  }
}

const pauseMilliseconds = 200
/** Prometheus takes up to 5 s to hand a new target from the file to who asks it. */
const foundWithinSeconds = 10

const untilFound = async (prometheus: Prometheus, { platform, interrupted }: FlowMeans): Promise<void> => {
  const wanted = serviceNames.filter((name) => platform.services.includes(name)).map((name) => services[name].longName)
  const deadline = performance.now() + foundWithinSeconds * 1000
  while (performance.now() < deadline) {
    const jobs = (await prometheus.targets()).map(({ labels }) => labels.job)
    if (wanted.every((job) => jobs.includes(job))) return
    await pause(pauseMilliseconds, undefined, { signal: interrupted }).catch(() => {
      throw interruption(interrupted, 'waiting for Prometheus to find the shop; it goes on')
    })
  }
}

const look = async (prometheus: Prometheus): Promise<Pick<ObserveResult, 'targets' | 'alerts'>> => {
  const [targets, alerts] = await Promise.all([prometheus.targets(), prometheus.alerts()])
  return {
    targets: targets.map(({ labels, health, lastError }) => ({
      job: labels.job ?? '',
      instance: labels.pod ?? labels.instance ?? '',
      health,
      error: lastError,
    })),
    alerts: alerts.map(({ labels, annotations, state, activeAt }) => ({
      alert: labels.alertname ?? '',
      state,
      severity: labels.severity ?? null,
      service: labels.service ?? null,
      since: activeAt,
      summary: annotations.summary ?? null,
    })),
  }
}

/** Starts what watches a local shop, or tells what runs what is rendered now, and looks at what it sees. */
export const observe = async (request: ObserveRequest, means: FlowMeans): Promise<ObserveResult> => {
  const { platform, environment } = means
  const { startObservers } = platform
  if (startObservers === undefined) throw new Error(`the platform of ${environment} starts no observers`)
  const { running } = await readRunning(means)
  const steps = beginFlow('observe', means)
  const render = await loadRendering(request)
  const observers = await withLock(
    { means, steps, why: 'observe', waitSeconds: request.waitSeconds },
    (_lock, signal) => steps.run('observe', () => startObservers(render, signal)),
  )
  const prometheus = openPrometheus({ url: observers.prometheus.url, signal: means.interrupted })
  const shop = running.serving === null ? 'down' : 'up'
  if (shop === 'up') await steps.run('find-targets', () => untilFound(prometheus, means))
  return { schema: 'shopctl.observe/1', environment, ...observers, shop, ...(await look(prometheus)) }
}

export type StopObservingResult = { readonly environment: string; readonly stopped: readonly (keyof Observers)[] }

/** Ends what `observe` has started. What was measured stays. */
export const stopObserving = async (
  { waitSeconds }: Pick<ObserveRequest, 'waitSeconds'>,
  means: FlowMeans,
): Promise<StopObservingResult> => {
  const { platform, environment } = means
  const { stopObservers } = platform
  if (stopObservers === undefined) throw new Error(`the platform of ${environment} starts no observers`)
  const steps = beginFlow('observe stop', means)
  const stopped = await withLock({ means, steps, why: 'observe --stop', waitSeconds }, (_lock, signal) =>
    steps.run('stop-observers', () => stopObservers(signal)),
  )
  return { environment, stopped }
}
