import type { LogLine } from '../platform.ts'
import { hasBegun, isAsked, logSelector, type PodLogsRequest } from './asked-logs.ts'
import { followPodLogs } from './follow-pod-logs.ts'
import { mergeByTime, parseTimedLine, type TimedLine } from './log-lines.ts'
import { type ContainerFacts, type PodFacts, parsePod } from './pod-facts.ts'
import { fetchPodLog } from './pod-log.ts'

/** A log in a cluster is a pod's own, and is gone with it; this much of one is asked for at once. */
const limitBytes = 8 * 1024 * 1024

const readOne = async (
  { client, namespace, request }: PodLogsRequest,
  pod: PodFacts,
  container: ContainerFacts,
): Promise<readonly TimedLine[]> => {
  const { tailLines, previous, signal } = request
  const named = { service: pod.service, instance: pod.name }
  const asked = { client, namespace, pod: pod.name, container: container.name, tailLines, limitBytes, signal }
  const lines = await fetchPodLog({
    ...asked,
    timestamps: 'timestamps',
    ...(previous ? { previous: 'previous' } : {}),
  }).catch((error: unknown) => {
    signal.throwIfAborted()
    // One pod that is just going must not hide the logs of all others.
    return [`(its log could not be read: ${error instanceof Error ? error.message : String(error)})`]
  })
  return lines.map((line) => ({ ...named, ...parseTimedLine(line) }))
}

async function* readAll(logs: PodLogsRequest): AsyncGenerator<LogLine> {
  const { client, namespace, request, templates } = logs
  const labelSelector = logSelector(request)
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, request.signal)
  const pods = items.flatMap((item) => parsePod(item) ?? []).filter((pod) => isAsked(pod, templates))
  const read = pods.flatMap((pod) =>
    pod.containers
      .filter((container) => (request.previous ? container.restarts > 0 : hasBegun(container)))
      .map((container) => readOne(logs, pod, container)),
  )
  yield* mergeByTime(await Promise.all(read))
}

/**
 * The logs of all pods of some services: in the order in which they were written, or followed as they come, with pods that
 * join while they are followed.
 */
export async function* readPodLogs(logs: PodLogsRequest): AsyncGenerator<LogLine> {
  if (logs.request.follow && !logs.request.previous) yield* followPodLogs(logs)
  else yield* readAll(logs)
}
