import { controllerNamespace } from '../add-ons/add-on-names.ts'
import type { AddOnPart } from '../add-ons/add-on-part.ts'
import { toApiServer } from '../add-ons/add-on-peers.ts'
import type { PolicyRule } from '../add-ons/cluster-role.ts'
import { look } from '../add-ons/cluster-role.ts'
import { tcp } from '../network-policy.ts'

const ports = { metrics: 8080, webhook: 9443, health: 61779 } as const
const group = 'elbv2.k8s.aws'

export const balancerPart: AddOnPart = {
  group: 'ingress',
  namespace: controllerNamespace,
  name: 'aws-load-balancer-controller',
  ports: [
    { name: 'metrics', port: ports.metrics },
    { name: 'webhook', port: ports.webhook },
    { name: 'health', port: ports.health },
  ],
  service: 'one-address',
  // The API server asks its webhooks, from an address that no policy can name.
  ingress: [{ ports: [tcp(ports.webhook), tcp(ports.metrics)] }],
  // AWS, and the agent of the node that hands out the role's credentials.
  egress: [toApiServer, { to: [{ ipBlock: { cidr: '169.254.170.23/32' } }], ports: [tcp(80)] }],
}

/** Makes the certificate of the webhooks, once. */
export const certificatePart: AddOnPart = {
  ...balancerPart,
  name: 'aws-load-balancer-webhook-certificate',
  ports: [],
  service: 'none',
  ingress: [],
  egress: [toApiServer],
}

export const webhooksName = 'aws-load-balancer-webhook'
export const certificateSecret = 'aws-load-balancer-tls'
export const webhookPort = ports.webhook

const change = ['patch', 'update'] as const

export const balancerRights: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['endpoints', 'namespaces', 'nodes', 'pods'], verbs: look },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  { apiGroups: [''], resources: ['pods/status', 'services/status'], verbs: change },
  { apiGroups: [''], resources: ['services'], verbs: [...look, ...change] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: look },
  { apiGroups: [group], resources: ['ingressclassparams'], verbs: look },
  { apiGroups: [group], resources: ['targetgroupbindings'], verbs: [...look, ...change, 'create', 'delete'] },
  { apiGroups: [group], resources: ['targetgroupbindings/status'], verbs: change },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: look },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: [...look, ...change] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: change },
]

export const electionRights: readonly PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: ['aws-load-balancer-controller-leader'],
    verbs: ['get', ...change],
  },
]

export const certificateRights: readonly PolicyRule[] = [
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    resourceNames: [webhooksName],
    verbs: ['get', 'update'],
  },
]

/** A Secret that is not there yet cannot be named by a right to make it. */
export const certificateSecretRights: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: [certificateSecret], verbs: ['get'] },
]
