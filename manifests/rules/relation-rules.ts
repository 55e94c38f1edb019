import { z } from 'zod'
import type { KubernetesObject, Labels } from '../kubernetes-object.ts'
import { isServer, type Pod, podsIn } from './pods.ts'
import { nameOf, type Rule } from './rule.ts'

const selector = z.record(z.string(), z.string()).default({})
const service = z.object({
  spec: z.object({
    selector,
    ports: z.array(z.object({ port: z.number(), targetPort: z.union([z.string(), z.number()]) })),
  }),
})
const matching = z.object({ matchLabels: selector }).default({ matchLabels: {} })
const policy = z.object({ spec: z.object({ podSelector: matching, policyTypes: z.array(z.string()) }) })
const owner = z.object({ spec: z.object({ selector: matching }) })
const autoscaler = z.object({
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.number(),
    maxReplicas: z.number(),
  }),
})
const backends = z.object({
  spec: z.object({
    rules: z.array(
      z.object({
        http: z.object({
          paths: z.array(z.object({ backend: z.object({ service: z.object({ name: z.string() }) }) })),
        }),
      }),
    ),
  }),
})

const matches = (wanted: Labels, labels: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value)
const ofKind = (objects: readonly KubernetesObject[], ...kinds: readonly string[]) =>
  objects.filter(({ kind }) => kinds.includes(kind))

const servicesOf = (pod: Pod, objects: readonly KubernetesObject[]) =>
  ofKind(objects, 'Service')
    .map((object) => service.parse(object).spec)
    .filter((spec) => matches(spec.selector, pod.labels))

const unservedPorts = (pod: Pod, objects: readonly KubernetesObject[]): readonly string[] => {
  const targets = servicesOf(pod, objects).flatMap(({ ports }) => ports.map(({ targetPort }) => targetPort))
  return pod.containers
    .flatMap(({ ports }) => ports)
    .filter(({ name, containerPort }) => !targets.some((target) => target === name || target === containerPort))
    .map(({ name, containerPort }) => `${nameOf(pod.owner)}: port ${name ?? containerPort} is in no Service`)
}

/** Kind and selector of what must find pods. */
const selecting = (object: KubernetesObject): Labels | null => {
  if (object.kind === 'Service') return service.parse(object).spec.selector
  if (['Deployment', 'StatefulSet', 'PodDisruptionBudget'].includes(object.kind))
    return owner.parse(object).spec.selector.matchLabels
  return null
}

const covered = (pod: Pod, objects: readonly KubernetesObject[]): boolean =>
  ofKind(objects, 'NetworkPolicy').some((object) => {
    const { podSelector, policyTypes } = policy.parse(object).spec
    const own = Object.keys(podSelector.matchLabels).length > 0
    return own && policyTypes.length === 2 && matches(podSelector.matchLabels, pod.labels)
  })

const deniesAll = (object: KubernetesObject): boolean => {
  const { podSelector, policyTypes } = policy.parse(object).spec
  return Object.keys(podSelector.matchLabels).length === 0 && policyTypes.length === 2
}

export const relationRules: readonly Rule[] = [
  {
    name: 'every port of a server is in a Service',
    violations: (objects) =>
      podsIn(objects)
        .filter(isServer)
        .flatMap((pod) => unservedPorts(pod, objects)),
  },
  {
    name: 'what selects pods finds some, and servers only',
    violations: (objects) =>
      objects.flatMap((object) => {
        const wanted = selecting(object)
        if (wanted === null) return []
        const found = podsIn(objects).filter((pod) => matches(wanted, pod.labels))
        if (found.length === 0) return [`${nameOf(object)}: finds no pods`]
        return found
          .filter((pod) => !isServer(pod))
          .map((pod) => `${nameOf(object)}: finds pods of ${nameOf(pod.owner)}`)
      }),
  },
  {
    name: 'what no policy allows is denied',
    violations: (objects) =>
      ofKind(objects, 'NetworkPolicy').some(deniesAll) ? [] : ['no NetworkPolicy is for every pod, both ways'],
  },
  {
    name: 'every pod has a network policy of its own',
    violations: (objects) =>
      podsIn(objects)
        .filter((pod) => !covered(pod, objects))
        .map(({ owner: { kind, metadata } }) => `${kind}/${metadata.name}: has none`),
  },
  {
    name: 'every autoscaler scales a Deployment that says no number itself',
    violations: (objects) =>
      ofKind(objects, 'HorizontalPodAutoscaler').flatMap((object) => {
        const { scaleTargetRef, minReplicas, maxReplicas } = autoscaler.parse(object).spec
        const target = ofKind(objects, scaleTargetRef.kind).find(
          ({ metadata }) => metadata.name === scaleTargetRef.name,
        )
        if (target === undefined)
          return [`${nameOf(object)}: there is no ${scaleTargetRef.kind}/${scaleTargetRef.name}`]
        if (minReplicas > maxReplicas) return [`${nameOf(object)}: has a minimum above its maximum`]
        const says = z.object({ spec: z.object({ replicas: z.number() }) }).safeParse(target).success
        return says ? [`${nameOf(target)}: fights its autoscaler over replicas`] : []
      }),
  },
  {
    name: 'every route of the ingress leads to a Service',
    violations: (objects) => {
      const names = ofKind(objects, 'Service').map(({ metadata }) => metadata.name)
      return ofKind(objects, 'Ingress')
        .flatMap((object) => backends.parse(object).spec.rules.flatMap(({ http }) => http.paths))
        .map(({ backend }) => backend.service.name)
        .filter((name) => !names.includes(name))
        .map((name) => `Ingress/shop: there is no Service/${name}`)
    },
  },
  {
    name: 'every account of a pod exists',
    violations: (objects) => {
      const accounts = ofKind(objects, 'ServiceAccount').map(({ metadata }) => metadata.name)
      return podsIn(objects)
        .filter(({ spec }) => !accounts.includes(spec.serviceAccountName ?? ''))
        .map((pod) => `${nameOf(pod.owner)}: its account does not exist`)
    },
  },
]
