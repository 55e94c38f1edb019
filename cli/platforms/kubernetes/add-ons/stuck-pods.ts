import { z } from 'zod'
import { serviceLabel, templateLabel } from '../../../../manifests/labels.ts'
import type { KubeObject } from '../kube-client.ts'
import type { PodFacts } from '../pod-facts.ts'

const statefulSet = z.object({
  kind: z.literal('StatefulSet'),
  metadata: z.object({ labels: z.record(z.string(), z.string()) }),
  spec: z.object({
    replicas: z.number().default(1),
    template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }) }),
  }),
})

type PodSet = { readonly replicas: number; readonly own: readonly PodFacts[]; readonly before: readonly PodFacts[] }

const setsOf = (wanted: readonly KubeObject[], pods: readonly PodFacts[]): readonly PodSet[] =>
  wanted.flatMap((object) => {
    const { data } = statefulSet.safeParse(object)
    if (data === undefined) return []
    const { replicas, template } = data.spec
    const own = pods.filter(({ service }) => service === data.metadata.labels[serviceLabel])
    return [{ replicas, own, before: own.filter((pod) => pod.template !== template.metadata.labels[templateLabel]) }]
  })

/** Pods of StatefulSets as they were before. */
export const podsOfBefore = (wanted: readonly KubeObject[], pods: readonly PodFacts[]): readonly PodFacts[] =>
  setsOf(wanted, pods).flatMap(({ before }) => before)

/** A full collection of garbage and a slow disk pass; so does a start of most programs. */
const patienceMilliseconds = 60_000

/** It is missed by nobody and takes part in nothing. */
const hasNeverRun = ({ containers }: PodFacts): boolean =>
  containers.filter(({ role }) => role === 'main').every(({ running, lastEnd }) => !running && lastEnd === null)

const isStuck = (pod: PodFacts, now: number): boolean =>
  pod.unreadySince !== null && (hasNeverRun(pod) || now - pod.unreadySince >= patienceMilliseconds)

/** Where the rest serves nothing is taken from it, and where nobody does there is nothing to take. */
const mayLoseOne = ({ replicas, own }: PodSet, now: number): boolean => {
  if (own.some(({ endsBy }) => endsBy !== null)) return false
  const unready = own.filter(({ ready }) => !ready)
  if (unready.length === 1 && own.length >= replicas) return true
  return unready.length === own.length && unready.every((pod) => isStuck(pod, now))
}

/**
 * A StatefulSet waits for ever for a pod of before that never became ready (Kubernetes' own known limit). At most one of
 * each set, and none that may only be slow: two at once, and Elasticsearch has lost its quorum. `now` is the server's
 * clock in milliseconds, as the conditions of pods are told by.
 */
export const stuckPods = (wanted: readonly KubeObject[], pods: readonly PodFacts[], now: number): readonly PodFacts[] =>
  setsOf(wanted, pods).flatMap((set) => {
    const stuck = set.before.find((pod) => isStuck(pod, now))
    return stuck !== undefined && mayLoseOne(set, now) ? [stuck] : []
  })
