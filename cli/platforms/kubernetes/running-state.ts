import { serviceLabel } from '../../../manifests/labels.ts'
import { ending } from '../../health/instance-verdict.ts'
import type { InstanceObservation } from '../../health/observation.ts'
import type { RunningInstance, RunningState } from '../platform.ts'
import { type DeploymentFacts, parseDeployment } from './deployment-facts.ts'
import type { KubeClient } from './kube-client.ts'
import { type PodFacts, parsePod } from './pod-facts.ts'
import { nextHistory } from './pod-history.ts'
import { noFindings, observePod } from './pod-observation.ts'
import { stuckEnding } from './service-rollout.ts'

export type RunningRequest = {
  readonly client: Pick<KubeClient, 'list'>
  readonly namespace: string
  readonly services: readonly string[]
  /** By the records and the Deployments' templates; see serving-release.ts. */
  readonly servingOf: (templates: ReadonlyMap<string, string>) => Promise<number | null>
  readonly entry: string | null
  readonly signal: AbortSignal
}

const digestOf = (image: string): string => image.slice(image.indexOf('@') + 1)

/** Why an instance is not ready, in one sentence; empty where it is. */
const detailOf = (observation: InstanceObservation): string => {
  const { state, ready, reason, message, probeFailure, restarts, exit } = observation
  const often = restarts === 0 ? '' : `; restarted ${restarts === 1 ? 'once' : `${restarts} times`}`
  if (state === 'exited') return `${ending(observation)}${often}`
  if (state === 'waiting') return [reason, message].filter((word) => word !== undefined).join(': ')
  if (state === 'starting') return message ?? 'is being started'
  if (ready)
    return restarts === 0 || exit === undefined
      ? ''
      : `restarted ${restarts === 1 ? 'once' : `${restarts} times`}; before that it ${ending(observation)}`
  return `${probeFailure ?? 'its readiness probe has not passed'}${often}`
}

const instanceOf = (pod: PodFacts, now: number): RunningInstance => {
  const history = nextHistory(undefined, pod, { now: performance.now(), serverNow: null })
  const observation = observePod(pod, { history, findings: noFindings, restartsBefore: 0 })
  const isEnding = pod.endsBy !== null
  const down = observation.state === 'exited' || observation.state === 'waiting' || pod.phase === 'Failed'
  const evicted = pod.phaseReason === null ? [] : [`${pod.phaseReason}: ${pod.phaseMessage}`]
  const leaving = isEnding ? ['is ending', ...stuckEnding(pod, now)] : []
  const since = pod.readyAt ?? pod.createdAt
  return {
    service: pod.service,
    digest: digestOf(pod.containers.find(({ role }) => role === 'main')?.image ?? ''),
    name: pod.name,
    state: isEnding ? 'ending' : observation.ready ? 'ready' : down ? 'down' : 'not-ready',
    detail: [...leaving, ...evicted, detailOf(observation)].filter((word) => word !== '').join('; '),
    sinceSeconds: Math.max(0, Math.round((now - since) / 1000)),
  }
}

/** A service of which less is there than its Deployment wants, and why. */
const lacking = (live: DeploymentFacts | undefined, service: string, there: number): readonly RunningInstance[] => {
  if (live !== undefined && there >= live.desired) return []
  const detail =
    live === undefined
      ? 'no Deployment'
      : (live.noPods?.message ?? `${live.desired - there} of ${live.desired} pods are not there`)
  return [{ service, digest: digestOf(live?.image ?? ''), name: '-', state: 'down', detail, sinceSeconds: null }]
}

/** What runs, by one list of Deployments and one of pods. */
export const fetchRunningState = async (request: RunningRequest): Promise<RunningState> => {
  const { client, namespace, services, entry, signal } = request
  const labelSelector = `${serviceLabel} in (${services.join(',')})`
  const [deployments, pods] = await Promise.all([
    client.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, labelSelector }, signal),
    client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal),
  ])
  const live = new Map(
    deployments.items.flatMap((item) => parseDeployment(item) ?? []).map((one) => [one.service, one]),
  )
  const now = Date.now()
  const own = pods.items.flatMap((item) => parsePod(item) ?? []).filter(({ replicaSet }) => replicaSet !== null)
  const byService = Map.groupBy(own, ({ service }) => service)
  return {
    serving: await request.servingOf(new Map([...live].map(([service, { template }]) => [service, template]))),
    entry,
    instances: services.flatMap((service) => {
      const mine = byService.get(service) ?? []
      const staying = mine.filter(({ endsBy, phase }) => endsBy === null && phase !== 'Failed')
      const lacks = lacking(live.get(service), service, staying.length)
      // What was evicted stays listed for days after another pod took its place: then it is no news.
      const told = lacks.length === 0 ? mine.filter(({ phase }) => phase !== 'Failed') : mine
      return [...told.map((pod) => instanceOf(pod, now)), ...lacks]
    }),
  }
}
