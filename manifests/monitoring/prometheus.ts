import { prometheusStorage } from '../../observability/prometheus/storage.ts'
import { serviceNames, services } from '../../services/registry.ts'
import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, monitoringNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { toApiServer } from '../add-ons/add-on-peers.ts'
import { addOnContainer, addOnTemplate, httpProbes, scratch } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { dataVolume } from '../add-ons/add-on-storage.ts'
import { clusterRole, look, type PolicyRule } from '../add-ons/cluster-role.ts'
import { fileConfigMaps, filesBelow } from '../add-ons/file-config-maps.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { podsOf, tcp } from '../network-policy.ts'

/** Of the official image. */
const nobody = 65534

const metricsPorts = [...new Set(serviceNames.flatMap((name) => services[name].metricsPort))]

const part: AddOnPart = {
  group: 'monitoring',
  namespace: monitoringNamespace,
  name: 'prometheus',
  ports: [{ name: 'http', port: addOnPorts.prometheus }],
  service: 'one-address',
  ingress: [{ from: [podsOf('grafana'), podsOf('prometheus')], ports: [tcp(addOnPorts.prometheus)] }],
  egress: [
    toApiServer,
    // The kubelets and the exporters of the nodes: a node's address is in no policy.
    { ports: [tcp(10250), tcp(addOnPorts.nodeExporter)] },
    {
      to: [{ namespaceSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'ecommerce' } } }],
      ports: metricsPorts.map(tcp),
    },
    { to: [podsOf('alertmanager')], ports: [tcp(addOnPorts.alertmanager)] },
    { to: [podsOf('prometheus')], ports: [tcp(addOnPorts.prometheus)] },
    { to: [podsOf('grafana')], ports: [tcp(addOnPorts.grafana)] },
    {
      to: [podsOf('kube-state-metrics')],
      ports: [tcp(addOnPorts.kubeStateMetrics), tcp(addOnPorts.kubeStateMetricsOwn)],
    },
  ],
}

/** To find what is to be scraped, and to scrape the API server, the kubelets and their containers. */
const rights: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes', 'services', 'endpoints', 'pods'], verbs: look },
  { apiGroups: [''], resources: ['nodes/metrics', 'nodes/proxy'], verbs: ['get'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: look },
  { nonResourceURLs: ['/metrics', '/metrics/cadvisor'], verbs: ['get'] },
]

const statefulSet = ({ environment, files, image, storage }: AddOnRequest) => {
  const size = addOnSizes(environment).prometheus
  const config = fileConfigMaps(
    { group: part.group, namespace: part.namespace, owner: part.name, files: filesBelow(files, 'prometheus/') },
    'config',
  )
  const data = dataVolume(storage.prometheus, size.storage)
  const container = addOnContainer(part, {
    name: part.name,
    image: image('prometheus'),
    args: [
      '--config.file=/etc/prometheus/prometheus.yml',
      `--storage.tsdb.path=${prometheusStorage.path}`,
      `--storage.tsdb.retention.time=${prometheusStorage.retentionDays}d`,
      // Before the volume is full: Prometheus does not start again on a full one.
      `--storage.tsdb.retention.size=${size.retentionSize}`,
      `--web.listen-address=:${addOnPorts.prometheus}`,
    ],
    size,
    mounts: [
      { name: 'config', mountPath: '/etc/prometheus', readOnly: true },
      // A volume's own `lost+found` is beside it.
      { name: 'data', mountPath: '/prometheus' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
    probes: httpProbes({
      alive: { path: '/-/healthy', port: 'http' },
      ready: { path: '/-/ready', port: 'http' },
      // After a crash it reads what it had not yet written in blocks.
      startSeconds: 600,
    }),
  })
  return [
    ...config.objects,
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: partMetadata(part),
      spec: {
        serviceName: part.name,
        replicas: 1,
        selector: { matchLabels: { ...addOnSelector(part.name) } },
        template: addOnTemplate(part, {
          user: nobody,
          containers: [container],
          volumes: [config.volume, scratch('tmp', '64Mi'), ...data.volumes],
          token: 'mounted',
          graceSeconds: 120,
        }),
        ...data.claims,
      },
    },
  ]
}

export const prometheusManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  ...clusterRole(part, rights),
  ...statefulSet(request),
]
