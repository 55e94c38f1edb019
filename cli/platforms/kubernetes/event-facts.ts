import { z } from 'zod'
import type { KubeObject } from './kube-client.ts'

const eventSchema = z.object({
  metadata: z.object({ creationTimestamp: z.string().nullish() }),
  involvedObject: z.object({ kind: z.string().default(''), name: z.string().default(''), uid: z.string().default('') }),
  reason: z.string().default(''),
  message: z.string().default(''),
  type: z.string().default('Normal'),
  count: z.number().nullish(),
  series: z.object({ count: z.number(), lastObservedTime: z.string().nullish() }).nullish(),
  eventTime: z.string().nullish(),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
})

/** One of the platform's own events. Newer components write `series`, older ones `count`. */
export type EventFacts = {
  readonly about: { readonly kind: string; readonly name: string; readonly uid: string }
  readonly reason: string
  readonly message: string
  readonly kind: 'normal' | 'warning'
  readonly count: number
  /** Wall clock of whoever wrote it. */
  readonly firstAt: number
  readonly lastAt: number
}

const firstOf = (...moments: readonly (string | null | undefined)[]): number => {
  const found = moments.find((moment) => moment !== null && moment !== undefined)
  return found === undefined ? 0 : Date.parse(found)
}

export const parseEvent = (object: KubeObject): EventFacts | null => {
  const { data } = eventSchema.safeParse(object)
  if (data === undefined) return null
  const { metadata, series, eventTime, firstTimestamp, lastTimestamp } = data
  return {
    about: data.involvedObject,
    reason: data.reason,
    message: data.message.trim(),
    kind: data.type === 'Warning' ? 'warning' : 'normal',
    count: series?.count ?? data.count ?? 1,
    firstAt: firstOf(firstTimestamp, eventTime, metadata.creationTimestamp),
    lastAt: firstOf(series?.lastObservedTime, lastTimestamp, eventTime, metadata.creationTimestamp),
  }
}

const newest = (events: readonly EventFacts[], reasons: readonly string[]): EventFacts | null =>
  events.filter(({ reason }) => reasons.includes(reason)).sort((a, b) => b.lastAt - a.lastAt)[0] ?? null

/** What events add to what a pod says of itself. */
export type EventFindings = {
  /** Why a container that is being created is not. */
  readonly notCreated: { readonly reason: string; readonly message: string; readonly advice?: string } | null
  readonly pulling: boolean
  readonly probe: string | null
  /** The kubelet ended it because a probe failed; a pod that is deleted has such an event too, and is not looked at. */
  readonly killedByProbe: boolean
}

const volumeReasons = ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume']
const sandboxReasons = ['FailedCreatePodSandBox', 'NetworkNotReady']

export const eventFindings = (events: readonly EventFacts[]): EventFindings => {
  const volume = newest(events, volumeReasons)
  const sandbox = newest(events, sandboxReasons)
  const started = newest(events, ['Pulling', 'Pulled', 'Created'])
  const since = started?.lastAt ?? 0
  const failed = volume !== null && volume.lastAt >= since ? volume : sandbox
  const advice = 'See what the volume is of, and whether the node reaches it.'
  return {
    notCreated:
      failed === null || failed.lastAt < since
        ? null
        : failed === volume
          ? { reason: 'VolumeNotMounted', message: failed.message, advice }
          : { reason: failed.reason, message: failed.message },
    pulling: started?.reason === 'Pulling',
    probe: newest(events, ['Unhealthy'])?.message ?? null,
    killedByProbe: newest(events, ['Killing']) !== null,
  }
}
