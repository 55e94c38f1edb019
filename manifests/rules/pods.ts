import { z } from 'zod'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { nameOf, type Rule } from './rule.ts'

const labels = z.record(z.string(), z.string()).default({})
const quantities = z.object({ cpu: z.string().optional(), memory: z.string().optional() }).default({})

const securityContext = z
  .object({
    runAsNonRoot: z.boolean().optional(),
    runAsUser: z.number().optional(),
    allowPrivilegeEscalation: z.boolean().optional(),
    readOnlyRootFilesystem: z.boolean().optional(),
    privileged: z.boolean().optional(),
    capabilities: z.object({ add: z.array(z.string()).optional(), drop: z.array(z.string()).optional() }).optional(),
    seccompProfile: z.object({ type: z.string() }).optional(),
  })
  .default({})

const container = z.object({
  name: z.string(),
  image: z.string(),
  resources: z.object({ requests: quantities, limits: quantities }).default({ requests: {}, limits: {} }),
  securityContext,
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
  livenessProbe: z.unknown().optional(),
  readinessProbe: z.unknown().optional(),
  startupProbe: z.unknown().optional(),
  lifecycle: z.unknown().optional(),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
})

const podSpec = z.object({
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  securityContext,
  containers: z.array(container),
  initContainers: z.array(container).default([]),
  volumes: z.array(z.looseObject({ name: z.string() })).default([]),
  terminationGracePeriodSeconds: z.number().optional(),
})

const podOwner = z.object({
  spec: z.object({ template: z.object({ metadata: z.object({ labels }), spec: podSpec }) }),
})

export type Container = z.output<typeof container>
export type Pod = {
  readonly owner: KubernetesObject
  readonly labels: Readonly<Record<string, string>>
  readonly spec: z.output<typeof podSpec>
  readonly containers: readonly Container[]
}

const owners: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job'])

/** What keeps running and answers, unlike a Job. */
export const isServer = ({ owner }: Pod): boolean => owner.kind !== 'Job'

export const podsIn = (objects: readonly KubernetesObject[]): readonly Pod[] =>
  objects
    .filter(({ kind }) => owners.has(kind))
    .map((owner) => {
      const { metadata, spec } = podOwner.parse(owner).spec.template
      return { owner, labels: metadata.labels, spec, containers: [...spec.initContainers, ...spec.containers] }
    })

/** A rule that looks at one pod at a time. */
export const eachPod = (name: string, fault: (pod: Pod) => string | null): Rule => ({
  name,
  violations: (objects) =>
    podsIn(objects).flatMap((pod) => {
      const found = fault(pod)
      return found === null ? [] : [`${nameOf(pod.owner)}: ${found}`]
    }),
})

/** A rule that looks at one container at a time. */
export const eachContainer = (name: string, fault: (container: Container, pod: Pod) => string | null): Rule => ({
  name,
  violations: (objects) =>
    podsIn(objects).flatMap((pod) =>
      pod.containers.flatMap((each) => {
        const found = fault(each, pod)
        return found === null ? [] : [`${nameOf(pod.owner)}, container ${each.name}: ${found}`]
      }),
    ),
})
