import { serviceLabel } from '../../../manifests/labels.ts'
import type { Evidence } from '../../releases/release.ts'
import { askReadiness } from './ask-readiness.ts'
import { type EventFacts, parseEvent } from './event-facts.ts'
import type { KubeClient } from './kube-client.ts'
import { isOf, type PodFacts, parsePod } from './pod-facts.ts'
import { fetchPodLog } from './pod-log.ts'
import type { RecordedDeployment } from './recorded-objects.ts'

const logLines = 50
const logBytes = 64 * 1024
const keptEvents = 60
const collectMilliseconds = 10_000

export type EvidenceRequest = {
  readonly client: Pick<KubeClient, 'list' | 'logs' | 'askPod'>
  readonly namespace: string
  readonly service: string
  readonly reason: string
  /** Null where the record names no Deployment. */
  readonly wanted: RecordedDeployment | null
  /** A service may say its own settings in its last words. */
  readonly redact: (text: string) => string
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Most telling first: one that ended, one that is not ready, the oldest. */
const worstFirst = (a: PodFacts, b: PodFacts): number => {
  const weight = (pod: PodFacts) =>
    (pod.ready ? 0 : 1) + (pod.containers.some(({ lastEnd }) => lastEnd !== null) ? 2 : 0)
  return weight(b) - weight(a) || a.createdAt - b.createdAt
}

const time = (moment: number): string => new Date(moment).toISOString().slice(11, 19)

const eventLine = ({ about, reason, message, count, firstAt, lastAt }: EventFacts): string => {
  const often = count > 1 ? ` (${count} times since ${time(firstAt)})` : ''
  return `${time(lastAt)} ${about.kind} ${about.name} ${reason}: ${message}${often}`
}

/** One line for what was said several times, by whichever pod of the service. */
const eventLines = (events: readonly EventFacts[]): readonly string[] => {
  const same = Map.groupBy(events, ({ about, reason, message }) => [about.kind, about.name, reason, message].join('\n'))
  const merged = [...same.values()].map((group): EventFacts => {
    const newest = group.reduce((a, b) => (b.lastAt > a.lastAt ? b : a))
    const count = group.reduce((sum, event) => sum + event.count, 0)
    return { ...newest, count, firstAt: Math.min(...group.map(({ firstAt }) => firstAt)) }
  })
  return merged
    .sort((a, b) => a.lastAt - b.lastAt)
    .slice(-keptEvents)
    .map(eventLine)
}

/** Events of the Deployment, and of the ReplicaSets and pods that are named after it. */
const isAbout = (name: string, { about }: EventFacts): boolean =>
  (about.kind === 'Deployment' && about.name === name) ||
  (['ReplicaSet', 'Pod', 'HorizontalPodAutoscaler'].includes(about.kind) &&
    (about.name === name || about.name.startsWith(`${name}-`)))

const fetchEventLines = async ({ client, namespace, wanted }: EvidenceRequest, signal: AbortSignal) => {
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Event', namespace }, signal)
  const events = items.flatMap((item) => parseEvent(item) ?? [])
  return eventLines(events.filter((event) => wanted === null || isAbout(wanted.name, event)))
}

const fetchPods = async ({ client, namespace, service, wanted }: EvidenceRequest, signal: AbortSignal) => {
  const labelSelector = `${serviceLabel}=${service}`
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal)
  const pods = items.flatMap((item) => parsePod(item) ?? [])
  const own = pods.filter((pod) => wanted === null || isOf(pod, { ...wanted, deploymentName: wanted.name }))
  return own.sort(worstFirst)
}

const logOf = async (
  request: EvidenceRequest,
  pod: PodFacts,
  options: { readonly previous?: 'previous'; readonly signal: AbortSignal },
) => {
  const { client, namespace } = request
  const container = pod.containers.find(({ lastEnd }) => lastEnd !== null) ?? pod.containers.at(-1)
  const asked = { client, namespace, pod: pod.name, tailLines: logLines, limitBytes: logBytes, ...options }
  return fetchPodLog({ ...asked, ...(container === undefined ? {} : { container: container.name }) })
}

/** What a container said where the kubelet no longer has its log. */
const lastMessage = (pod: PodFacts): readonly string[] => {
  const end = pod.containers.find(({ lastEnd }) => lastEnd !== null)?.lastEnd
  return end?.message === undefined ? [] : end.message.trim().split('\n').slice(-logLines)
}

const probeLines = async ({ client, namespace }: EvidenceRequest, pod: PodFacts, signal: AbortSignal) => {
  if (pod.ready || !pod.containers.some(({ running }) => running)) return []
  const answer = await askReadiness({ client, namespace, pod, signal })
  return answer.kind === 'passed' ? [`${pod.name} answers its readiness probe now`] : [answer.words]
}

/**
 * What is left of a service that failed, before its pods are taken away. Every part that cannot be had is a line that
 * says so: evidence is never a reason not to return to the release before.
 */
export const collectPodEvidence = async (request: EvidenceRequest): Promise<Evidence> => {
  const { service, redact } = request
  const signal = AbortSignal.timeout(collectMilliseconds)
  const orLine = (what: string) => (error: unknown) => [`${what} could not be read: ${reasonOf(error)}`]
  const unread: string[] = []
  const [pods, events] = await Promise.all([
    fetchPods(request, signal).catch((error: unknown): readonly PodFacts[] => {
      unread.push(...orLine('the pods')(error))
      return []
    }),
    fetchEventLines(request, signal).catch(orLine('the events')),
  ])
  const [worst] = pods
  const none = worst === undefined && unread.length === 0 ? [`${service}: no pod of this release was there`] : []
  const end = worst?.containers.find(({ lastEnd }) => lastEnd !== null)?.lastEnd
  const [lastLogs, previousLogs, probeFailures] =
    worst === undefined
      ? [[], [], []]
      : await Promise.all([
          logOf(request, worst, { signal }).catch(orLine('its log')),
          worst.restarts === 0
            ? []
            : logOf(request, worst, { previous: 'previous', signal }).catch((error: unknown) =>
                lastMessage(worst).length > 0 ? lastMessage(worst) : orLine('the log before')(error),
              ),
          probeLines(request, worst, signal).catch(orLine('its readiness')),
        ])
  return {
    service,
    reason: redact(request.reason),
    exitCode: end?.exitCode ?? null,
    signal: end?.reason === 'OOMKilled' ? 'SIGKILL (out of memory)' : null,
    lastLogs: lastLogs.map(redact),
    previousLogs: previousLogs.map(redact),
    probeFailures: probeFailures.map(redact),
    events: [...none, ...unread, ...events].map(redact),
    collectedAt: new Date().toISOString(),
  }
}
