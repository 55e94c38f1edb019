import type { V1Namespace } from '@kubernetes/client-node'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { ingress } from './ingress.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { shopLabels } from './labels.ts'
import type { EgressRule, PolicyPeer } from './network-policy.ts'
import { kubernetesFacts } from './workload.ts'

type SharedRequest = { readonly environment: EnvironmentFacts; readonly namespace: string }

const restricted = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/audit': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
} as const

/** A pod of a rollout then counts as ready only when the load balancer sends to it. */
const waitForBalancer = { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' } as const

const namespaceObject = ({ environment, namespace }: SharedRequest) =>
  ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        ...shopLabels,
        'shopctl.dev/environment': environment.name,
        ...restricted,
        ...(kubernetesFacts(environment).entry.kind === 'ingress' ? waitForBalancer : {}),
      },
    },
  }) satisfies V1Namespace

const clusterDns: PolicyPeer = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }
/** Where every node has a cache of its own, as EKS may. */
const nodeLocalDns: PolicyPeer = { ipBlock: { cidr: '169.254.20.10/32' } }

const dns: EgressRule = {
  to: [clusterDns, nodeLocalDns],
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
}

/** For every pod of the namespace, also one that nobody has thought of; each service's own policy adds to it. */
const denyAllButDns = (namespace: string): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny-all-but-dns', namespace, labels: shopLabels },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [dns] },
})

/** What belongs to no service: before the first release and the same for all. */
export const sharedManifests = (request: SharedRequest): readonly KubernetesObject[] => {
  const { environment, namespace } = request
  const { entry } = kubernetesFacts(environment)
  return [
    namespaceObject(request),
    denyAllButDns(namespace),
    ...(entry.kind === 'ingress' ? [ingress({ entry, namespace })] : []),
  ]
}
