import type { EnvironmentFacts } from '../stacks/environments.ts'
import type { KubernetesObject, Labels } from './kubernetes-object.ts'
import { serviceLabel, workloadLabels } from './labels.ts'
import { kubernetesFacts, peersOf, type WorkloadName, workload, workloadNames } from './workload.ts'

export type PolicyPeer =
  | { readonly podSelector: { readonly matchLabels: Labels } }
  | {
      readonly namespaceSelector: { readonly matchLabels: Labels }
      readonly podSelector?: { readonly matchLabels: Labels }
    }
  | { readonly ipBlock: { readonly cidr: string; readonly except?: readonly string[] } }

type PolicyPort = { readonly port: number | string; readonly protocol: 'TCP' | 'UDP' }
/** Without peers: from or to anywhere. The client's own type writes `_from`, which the server does not know. */
export type IngressRule = { readonly from?: readonly PolicyPeer[]; readonly ports: readonly PolicyPort[] }
export type EgressRule = { readonly to?: readonly PolicyPeer[]; readonly ports: readonly PolicyPort[] }

type PolicyRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  readonly service: WorkloadName
}

export const podsOf = (service: string): PolicyPeer => ({ podSelector: { matchLabels: { [serviceLabel]: service } } })
export const tcp = (port: number): PolicyPort => ({ port, protocol: 'TCP' })
const network = (cidr: string): PolicyPeer => ({ ipBlock: { cidr } })
const monitoring: PolicyPeer = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }

/** The edge is the door itself; a load balancer's addresses are somewhere in the VPC. */
const visitors = ({ environment, service }: PolicyRequest): readonly IngressRule[] => {
  const { port, metricsPort } = workload(service)
  const { vpcCidr, entry } = kubernetesFacts(environment)
  if (service === 'edge') return [{ ports: [tcp(port)] }]
  const callers = workloadNames(environment).filter((name) =>
    peersOf(name, environment).some((peer) => peer === service),
  )
  const balancer = entry.kind === 'ingress' && vpcCidr !== null ? [network(vpcCidr)] : []
  return [
    { from: [...callers.map(podsOf), ...balancer], ports: [tcp(port)] },
    ...(metricsPort === null ? [] : [{ from: [monitoring], ports: [tcp(metricsPort)] }]),
  ]
}

const foundations = ({ environment }: PolicyRequest): readonly EgressRule[] => {
  const { vpcCidr } = kubernetesFacts(environment)
  if (vpcCidr === null) {
    return [
      { to: [podsOf('postgres')], ports: [tcp(5432)] },
      { to: [podsOf('redis')], ports: [tcp(6379)] },
    ]
  }
  return [
    { to: [network(vpcCidr)], ports: [tcp(5432), tcp(6379)] },
    // Payment, mail, AWS.
    { to: [network('0.0.0.0/0')], ports: [tcp(443)] },
  ]
}

const peers = ({ service, environment }: PolicyRequest): readonly EgressRule[] =>
  peersOf(service, environment).map((peer) => ({ to: [podsOf(peer)], ports: [tcp(workload(peer).port)] }))

const mailing: ReadonlySet<WorkloadName> = new Set(['users', 'orders'])

/** Who sends mails: submission, with TLS from the start or by STARTTLS. */
const mailServers = ({ service }: PolicyRequest): readonly EgressRule[] =>
  mailing.has(service) ? [{ to: [network('0.0.0.0/0')], ports: [tcp(465), tcp(587)] }] : []

/** Who has documents in S3: the agent on each node that hands out the role's credentials, at an address of its own. */
const podIdentity = ({ environment, service }: PolicyRequest): readonly EgressRule[] =>
  service === 'orders' && kubernetesFacts(environment).foundations === 'managed'
    ? [{ to: [network('169.254.170.23/32')], ports: [tcp(80)] }]
    : []

/** Everything else of the namespace is denied; names are found by a policy for all. */
export const networkPolicy = (request: PolicyRequest): KubernetesObject => {
  const { namespace, service } = request
  const { longName, usesDatabase } = workload(service)
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: longName, namespace, labels: workloadLabels(service, 'server') },
    spec: {
      podSelector: { matchLabels: { [serviceLabel]: service } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: visitors(request),
      egress: [
        ...peers(request),
        ...(usesDatabase ? foundations(request) : []),
        ...podIdentity(request),
        ...mailServers(request),
      ],
    },
  }
}
