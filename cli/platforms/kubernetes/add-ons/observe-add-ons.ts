import { z } from 'zod'
import { serviceLabel, templateLabel } from '../../../../manifests/labels.ts'
import type { InstanceObservation, ReleaseObservation, ServiceObservation } from '../../../health/observation.ts'
import { eventFindings, parseEvent } from '../event-facts.ts'
import { jobEnd } from '../job-progress.ts'
import type { KubeClient, KubeObject } from '../kube-client.ts'
import { referenceOf } from '../object-reference.ts'
import { type PodFacts, parsePod } from '../pod-facts.ts'
import { nextHistory, type PodHistory } from '../pod-history.ts'
import { noFindings, observePod } from '../pod-observation.ts'
import { podsOfBefore, stuckPods } from './stuck-pods.ts'

const running: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job'])

const workload = z.object({
  metadata: z.object({ generation: z.number().default(0) }),
  spec: z.object({
    replicas: z.number().optional(),
    template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }) }),
  }),
  status: z
    .object({ observedGeneration: z.number().default(0), desiredNumberScheduled: z.number().default(0) })
    .prefault({}),
})

export const workloadsIn = (objects: readonly KubeObject[]): readonly KubeObject[] =>
  objects.filter(({ kind }) => running.has(kind))

type Looked = { readonly pods: readonly PodFacts[]; readonly observe: (pod: PodFacts) => InstanceObservation }

const jobObservation = (service: string, live: KubeObject, { pods, observe }: Looked): ServiceObservation => {
  const end = jobEnd(live)
  if (end?.state === 'complete') return { service, desired: 0, instances: [] }
  if (end !== null) {
    return { service, desired: 0, instances: [], condition: { reason: 'JobFailed', message: end.why } }
  }
  // A pod that ends when it has done its work is never ready: only what keeps it from starting counts.
  const instances = pods.map(observe).filter(({ state }) => state === 'waiting')
  return { service, desired: 0, instances, unfinished: 'its work is not done yet' }
}

/** One workload and its pods in the words of cli/health/. */
export const observeWorkload = (live: KubeObject | null, wanted: KubeObject, looked: Looked): ServiceObservation => {
  const service = wanted.metadata.labels?.[serviceLabel] ?? wanted.metadata.name
  const { data } = workload.safeParse(live)
  if (live === null || data === undefined)
    return { service, desired: 1, instances: [], condition: { reason: 'ChangedByOthers', message: 'it is gone' } }
  const template = data.spec.template.metadata.labels[templateLabel] ?? ''
  const own = looked.pods.filter((pod) => pod.service === service && pod.endsBy === null)
  const now = own.filter((pod) => pod.template === template)
  if (live.kind === 'Job') return jobObservation(service, live, { ...looked, pods: now })
  const { observedGeneration, desiredNumberScheduled } = data.status
  const desired = live.kind === 'DaemonSet' ? desiredNumberScheduled : (data.spec.replicas ?? 1)
  const before = own.length - now.length
  const unfinished =
    observedGeneration < data.metadata.generation
      ? 'the cluster has not looked at it yet'
      : before > 0
        ? `${before} of its pods are still as they were`
        : null
  return { service, desired, instances: now.map(looked.observe), ...(unfinished === null ? {} : { unfinished }) }
}

const mostWords = 300

/** What the program said before it ended is kept with its end; without a log collector it is nowhere else. */
export const withLastWords = (observed: InstanceObservation, { containers }: PodFacts): InstanceObservation => {
  const { exit } = observed
  const said = containers.find(({ lastEnd }) => lastEnd?.message !== undefined)?.lastEnd?.message
  const last = said?.trim().split('\n').at(-1)?.slice(0, mostWords)
  if (exit === undefined || exit.cause !== undefined || last === undefined || last === '') return observed
  return { ...observed, exit: { ...exit, cause: `its last words: ${last}` } }
}

type Place = { readonly client: KubeClient; readonly wanted: () => Promise<readonly KubeObject[]> }

const namespacesOf = (objects: readonly KubeObject[]): readonly string[] => [
  ...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? [])),
]

/** Looks at the workloads that are wanted; each look knows what was seen before. */
export const addOnsObserver = ({ client, wanted }: Place) => {
  const histories = new Map<string, PodHistory>()

  return async (signal: AbortSignal): Promise<ReleaseObservation> => {
    const objects = workloadsIn(await wanted())
    const podsOf = async (namespace: string) => {
      const labelSelector = 'app.kubernetes.io/component=add-on'
      const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal)
      const facts = items.flatMap((item) => parsePod(item) ?? [])
      if (facts.every(({ ready }) => ready)) return { namespace, facts, events: [] }
      const told = await client.list({ apiVersion: 'v1', kind: 'Event', namespace }, signal)
      return { namespace, facts, events: told.items.flatMap((item) => parseEvent(item) ?? []) }
    }
    const [lives, looked] = await Promise.all([
      Promise.all(objects.map((object) => client.read(referenceOf(object), signal))),
      Promise.all(namespacesOf(objects).map(podsOf)),
    ])
    const clock = { now: performance.now(), serverNow: null }
    const pods = looked.flatMap(({ facts }) => facts)
    const events = looked.flatMap((each) => each.events)
    const isOver = podsOfBefore(objects, pods).every(({ ready }) => ready)
    const serverNow = isOver ? null : ((await client.version(signal)).serverTime?.getTime() ?? Date.now())
    for (const { name, uid } of serverNow === null ? [] : stuckPods(objects, pods, serverNow)) {
      const namespace = looked.find(({ facts }) => facts.some((pod) => pod.uid === uid))?.namespace ?? null
      await client.delete({ apiVersion: 'v1', kind: 'Pod', name, namespace, uid }, signal)
    }
    const observe = (pod: PodFacts): InstanceObservation => {
      const history = nextHistory(histories.get(pod.uid), pod, clock)
      histories.set(pod.uid, history)
      const about = events.filter((event) => event.about.uid === pod.uid)
      const findings = { ...noFindings, events: eventFindings(about) }
      return withLastWords(observePod(pod, { history, findings, restartsBefore: 0 }), pod)
    }
    const services = objects.map((object, index) => observeWorkload(lives[index] ?? null, object, { pods, observe }))
    return { at: clock.now, services, inTouch: true }
  }
}
