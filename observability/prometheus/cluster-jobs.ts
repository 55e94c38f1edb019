import { constant, copy, keep } from './relabelling.ts'

const credentials = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Where Prometheus and what helps it run. */
export const monitoringNamespace = 'monitoring'

/** Programs beside the shop, found by the label `app.kubernetes.io/name` of their pods. */
export const exporters = {
  kubeStateMetrics: { name: 'kube-state-metrics', port: 8080 },
  nodeExporter: { name: 'node-exporter', port: 9100 },
} as const

type ExporterFacts = (typeof exporters)[keyof typeof exporters]

const exporterPods = { role: 'pod', namespaces: { names: [monitoringNamespace] } } as const

const isExporter = ({ name, port }: ExporterFacts) => [
  keep('__meta_kubernetes_pod_label_app_kubernetes_io_name', name),
  keep('__meta_kubernetes_pod_container_port_number', String(port)),
]

const apiServers = {
  job_name: 'kubernetes-apiservers',
  scheme: 'https',
  tls_config: { ca_file: `${credentials}/ca.crt` },
  authorization: { credentials_file: `${credentials}/token` },
  kubernetes_sd_configs: [{ role: 'endpoints', namespaces: { names: ['default'] } }],
  relabel_configs: [
    keep('__meta_kubernetes_service_name', 'kubernetes'),
    keep('__meta_kubernetes_endpoint_port_name', 'https'),
  ],
}

const nodes = {
  job_name: 'kubernetes-nodes',
  kubernetes_sd_configs: [exporterPods],
  relabel_configs: [...isExporter(exporters.nodeExporter), copy('__meta_kubernetes_pod_node_name', 'node')],
}

/**
 * Containers as each node's kubelet sees them (cAdvisor), and pods as the API server does (kube-state-metrics). Both
 * name the pod that they speak of, which must not be overwritten with their own.
 */
const pods = {
  job_name: 'kubernetes-pods',
  honor_labels: true,
  // A kubelet signs its certificate itself on many clusters. It gives what it counts to who has a token, nothing else.
  tls_config: { insecure_skip_verify: true },
  authorization: { credentials_file: `${credentials}/token` },
  kubernetes_sd_configs: [{ role: 'node' }, exporterPods],
  relabel_configs: [
    {
      source_labels: [
        '__meta_kubernetes_pod_label_app_kubernetes_io_name',
        '__meta_kubernetes_pod_container_port_number',
      ],
      // Of pods only kube-state-metrics; a node has neither label.
      regex: `${exporters.kubeStateMetrics.name};${exporters.kubeStateMetrics.port}|;`,
      action: 'keep' as const,
    },
    { source_labels: ['__meta_kubernetes_node_name'], regex: '.+', ...constant('__scheme__', 'https') },
    {
      source_labels: ['__meta_kubernetes_node_name'],
      regex: '.+',
      ...constant('__metrics_path__', '/metrics/cadvisor'),
    },
    { source_labels: ['__meta_kubernetes_node_name'], regex: '(.+)', target_label: 'node' },
  ],
  // Sums over all containers of a pod, and the pause container, would be counted twice.
  metric_relabel_configs: [
    { source_labels: ['__name__', 'container'], regex: 'container_(cpu|memory)_.+;(|POD)', action: 'drop' as const },
  ],
}

export const clusterJobs = [apiServers, nodes, pods]
