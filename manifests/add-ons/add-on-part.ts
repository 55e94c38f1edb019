import type { KubernetesObject } from '../kubernetes-object.ts'
import { serviceLabel } from '../labels.ts'
import type { EgressRule, IngressRule } from '../network-policy.ts'
import { addOnLabels, addOnSelector } from './add-on-labels.ts'
import type { AddOnGroup } from './add-on-request.ts'

export type AddOnPort = { readonly name: string; readonly port: number }

/** One program: its account, its name in the cluster, and whom it talks with. */
export type AddOnPart = {
  readonly group: AddOnGroup
  readonly namespace: string
  readonly name: string
  readonly ports: readonly AddOnPort[]
  /** `headless`: each pod is found by itself. */
  readonly service: 'one-address' | 'headless' | 'none'
  readonly ingress: readonly IngressRule[]
  readonly egress: readonly EgressRule[]
}

export const partMetadata = ({ group, namespace, name }: AddOnPart) => ({
  name,
  namespace,
  labels: { ...addOnLabels(group, name) },
})

const service = (part: AddOnPart): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: partMetadata(part),
  spec: {
    type: 'ClusterIP',
    ...(part.service === 'headless' ? { clusterIP: 'None' } : {}),
    selector: addOnSelector(part.name),
    ports: part.ports.map(({ name, port }) => ({ name, port, targetPort: name, protocol: 'TCP' })),
  },
})

/** What it has beside its pods. */
export const partSurroundings = (part: AddOnPart): readonly KubernetesObject[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: partMetadata(part), automountServiceAccountToken: false },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: partMetadata(part),
    spec: {
      podSelector: { matchLabels: { [serviceLabel]: part.name } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: part.ingress,
      egress: part.egress,
    },
  },
  ...(part.service === 'none' ? [] : [service(part)]),
]
