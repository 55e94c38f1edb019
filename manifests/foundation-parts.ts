import { serviceNames } from '../services/registry.ts'
import type { KubernetesObject, Labels } from './kubernetes-object.ts'
import { type Component, serviceLabel, shopLabels } from './labels.ts'
import { podsOf, tcp } from './network-policy.ts'
import { containerSecurity } from './pod-security.ts'

export type FoundationName = 'postgres' | 'redis'

const components: Readonly<Record<FoundationName, Component>> = { postgres: 'database', redis: 'cache' }

export const foundationSelector = (name: FoundationName): Labels => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/component': components[name],
})

export const foundationLabels = (name: FoundationName): Labels => ({
  ...foundationSelector(name),
  ...shopLabels,
  [serviceLabel]: name,
})

type FoundationFacts = { readonly name: FoundationName; readonly namespace: string; readonly port: number }

/** What both have beside their pods: an account without rights, a name, and only the services as visitors. */
export const foundationSurroundings = ({ name, namespace, port }: FoundationFacts): readonly KubernetesObject[] => {
  const metadata = { name, namespace, labels: foundationLabels(name) }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: {
        podSelector: { matchLabels: { [serviceLabel]: name } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: serviceNames.map(podsOf), ports: [tcp(port)] }],
        egress: [],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'ClusterIP',
        selector: foundationSelector(name),
        ports: [{ name, port, targetPort: name, protocol: 'TCP' }],
      },
    },
  ]
}

const connects = (port: string) => ({ tcpSocket: { port } })

/** A connection is enough, and needs no program in the image. Both open their port when they can answer. */
export const foundationProbes = (name: FoundationName) => ({
  startupProbe: { ...connects(name), periodSeconds: 1, failureThreshold: 120 },
  readinessProbe: { ...connects(name), periodSeconds: 2, failureThreshold: 2 },
  livenessProbe: { ...connects(name), periodSeconds: 10, failureThreshold: 6 },
})

export const foundationSecurity = { ...containerSecurity, capabilities: { drop: ['ALL'] } }
