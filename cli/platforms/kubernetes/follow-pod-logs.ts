import { setTimeout as pause } from 'node:timers/promises'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { LogLine } from '../platform.ts'
import { hasBegun, isAsked, logSelector, type PodLogsRequest } from './asked-logs.ts'
import type { KubeObject } from './kube-client.ts'
import { listAndWatch } from './list-and-watch.ts'
import { type ContainerFacts, type PodFacts, parsePod } from './pod-facts.ts'

const againMilliseconds = 1_000

type Joined = { readonly pod: PodFacts; readonly container: ContainerFacts }

/** Follows one run of one container until it ends. A connection that is cut is joined again, and the gap is told. */
async function* followOne(
  { client, namespace, request }: PodLogsRequest,
  { pod, container }: Joined,
  from: { readonly tailLines?: number },
): AsyncGenerator<LogLine> {
  const { signal } = request
  const line = (text: string): LogLine => ({ service: pod.service, instance: pod.name, text })
  let tail = from
  let isCut = false
  while (!signal.aborted) {
    try {
      const asked = { namespace, pod: pod.name, container: container.name, ...tail }
      for await (const text of client.followLogs(asked, signal)) {
        isCut = false
        yield line(text)
      }
      return
    } catch (error) {
      if (signal.aborted) return
      const why = error instanceof Error ? error.message : String(error)
      if (error instanceof ShopctlError && error.outcome === 'refused')
        return yield line(`(its log cannot be followed: ${[why, ...error.why].join(' ')})`)
      // Once for a gap, however often the way back is tried.
      if (!isCut) yield line(`(its log was cut here, lines may be missing: ${why})`)
      isCut = true
      const still = await client
        .list({ apiVersion: 'v1', kind: 'Pod', namespace, fieldSelector: `metadata.name=${pod.name}` }, signal)
        .catch(() => null)
      if (still !== null && still.items.length === 0) return
      tail = { tailLines: 0 }
      await pause(againMilliseconds, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** All lines as they arrive. Containers that start later are followed from their first line. */
export async function* followPodLogs(logs: PodLogsRequest): AsyncGenerator<LogLine> {
  const { client, namespace, request, templates } = logs
  const ended = new AbortController()
  const signal = AbortSignal.any([request.signal, ended.signal])
  const own: PodLogsRequest = { ...logs, request: { ...request, signal } }
  const followed = new Set<string>()
  const arrived: LogLine[] = []
  let wake = Promise.withResolvers<void>()
  let broken: unknown

  const pump = async (joined: Joined, from: { readonly tailLines?: number }) => {
    for await (const line of followOne(own, joined, from)) {
      arrived.push(line)
      wake.resolve()
    }
  }
  const join = (object: KubeObject, from: { readonly tailLines?: number }) => {
    const pod = parsePod(object)
    if (pod === null || !isAsked(pod, templates)) return
    for (const container of pod.containers.filter(hasBegun)) {
      const run = `${pod.uid} ${container.name} ${container.restarts}`
      if (followed.has(run)) continue
      followed.add(run)
      void pump({ pod, container }, from)
    }
  }
  let isFirst = true
  const watched = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: logSelector(request) }
  const watching = listAndWatch(client, watched, {
    signal,
    onChange: (change, { objects }) => {
      if (change.type === 'set') join(change.object, {})
      if (change.type !== 'listed') return
      for (const object of objects.values()) join(object, isFirst ? { tailLines: request.tailLines } : {})
      isFirst = false
    },
  }).catch((error: unknown) => {
    broken = error
    wake.resolve()
  })
  signal.addEventListener('abort', () => wake.resolve(), { once: true })

  try {
    while (!signal.aborted) {
      yield* arrived.splice(0)
      if (broken !== undefined) throw broken
      await wake.promise
      wake = Promise.withResolvers<void>()
    }
  } finally {
    ended.abort()
    await watching
  }
}
