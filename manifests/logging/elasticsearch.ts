import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, loggingNamespace, monitoringNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { podsIn } from '../add-ons/add-on-peers.ts'
import { addOnContainer, addOnTemplate, scratch } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { dataVolume } from '../add-ons/add-on-storage.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { podsOf, tcp } from '../network-policy.ts'
import { podSecurity } from '../pod-security.ts'
import { elasticsearchProbes } from './elasticsearch-probes.ts'

/** Of the official image, whose files belong to the group root. */
const user = 1000
const home = '/usr/share/elasticsearch'
/** Where nodes find each other before any of them is ready. */
const nodesService = 'elasticsearch-nodes'

const part: AddOnPart = {
  group: 'logging',
  namespace: loggingNamespace,
  name: 'elasticsearch',
  ports: [
    { name: 'http', port: addOnPorts.elasticsearch },
    { name: 'nodes', port: addOnPorts.elasticsearchNodes },
  ],
  service: 'one-address',
  ingress: [
    {
      from: [
        podsOf('logstash'),
        podsOf('kibana'),
        podsOf('elasticsearch-setup'),
        podsIn(monitoringNamespace, 'grafana'),
      ],
      ports: [tcp(addOnPorts.elasticsearch)],
    },
    { from: [podsOf('elasticsearch')], ports: [tcp(addOnPorts.elasticsearchNodes)] },
  ],
  egress: [{ to: [podsOf('elasticsearch')], ports: [tcp(addOnPorts.elasticsearchNodes)] }],
}

const nodesOf = ({ environment }: AddOnRequest): readonly string[] =>
  Array.from({ length: addOnSizes(environment).elasticsearch.nodes }, (_, index) => `${part.name}-${index}`)

const joining = (nodes: readonly string[]) =>
  nodes.length === 1
    ? { 'discovery.type': 'single-node' }
    : { 'discovery.seed_hosts': nodesService, 'cluster.initial_master_nodes': nodes.join(',') }

const settings = (request: AddOnRequest) => ({
  'cluster.name': 'shop-logs',
  'network.host': '0.0.0.0',
  ...joining(nodesOf(request)),
  // The kernel's own limit on maps is the node's, and not a pod's to raise.
  'node.store.allow_mmap': 'false',
  // Who gets here is said by network policies; certificates for its nodes it has none (README: what is left open).
  'xpack.security.enabled': 'false',
  'xpack.ml.enabled': 'false',
  // Its own template for logs-*-* would take our indices for data streams while ours is not told, and refuse lines.
  'stack.templates.enabled': 'false',
  'ingest.geoip.downloader.enabled': 'false',
  ES_JAVA_OPTS: `-Xms${addOnSizes(request.environment).elasticsearch.heapMebibytes}m -Xmx${addOnSizes(request.environment).elasticsearch.heapMebibytes}m`,
})

const nodes: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...partMetadata(part), name: nodesService },
  spec: {
    type: 'ClusterIP',
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: addOnSelector(part.name),
    ports: [{ name: 'nodes', port: addOnPorts.elasticsearchNodes, targetPort: 'nodes', protocol: 'TCP' }],
  },
}

const statefulSet = (request: AddOnRequest): KubernetesObject => {
  const { environment, image, storage } = request
  const size = addOnSizes(environment).elasticsearch
  const data = dataVolume(storage.elasticsearch, size.storage)
  const nodeName = { name: 'node.name', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }
  const server = addOnContainer(part, {
    name: part.name,
    image: image('elasticsearch'),
    args: [],
    size,
    env: [...Object.entries(settings(request)).map(([name, value]) => ({ name, value })), nodeName],
    mounts: [
      { name: 'config', mountPath: `${home}/config` },
      { name: 'data', mountPath: `${home}/data` },
      { name: 'logs', mountPath: `${home}/logs` },
      { name: 'tmp', mountPath: '/tmp' },
    ],
    probes: elasticsearchProbes,
  })
  // It writes a key store beside its settings, and the image is read-only.
  const copyConfig = addOnContainer(part, {
    name: 'copy-config',
    image: image('elasticsearch'),
    command: ['cp', '--recursive', `${home}/config/.`, '/config'],
    args: [],
    size: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
    mounts: [{ name: 'config', mountPath: '/config' }],
    probes: null,
  })
  const template = addOnTemplate(part, {
    user,
    containers: [server],
    volumes: [scratch('config', '16Mi'), scratch('logs', '256Mi'), scratch('tmp', '256Mi'), ...data.volumes],
    token: 'none',
    graceSeconds: 120,
    more: {
      securityContext: { ...podSecurity(user), runAsGroup: 0 },
      initContainers: [copyConfig],
      // A node of the cluster that fails must not take two of Elasticsearch with it.
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { ...addOnSelector(part.name) } },
        },
      ],
    },
  })
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: partMetadata(part),
    spec: {
      serviceName: nodesService,
      replicas: size.nodes,
      // The first waits for the others before it is ready.
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { ...addOnSelector(part.name) } },
      template,
      ...data.claims,
    },
  }
}

const budget = (request: AddOnRequest): readonly KubernetesObject[] =>
  nodesOf(request).length === 1
    ? []
    : [
        {
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: partMetadata(part),
          spec: { maxUnavailable: 1, selector: { matchLabels: { ...addOnSelector(part.name) } } },
        },
      ]

export const elasticsearchManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  nodes,
  statefulSet(request),
  ...budget(request),
]
