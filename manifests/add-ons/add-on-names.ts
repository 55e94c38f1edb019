/** Where everybody looks for them: rendered files, tunnels and policies name the same. */
export const monitoringNamespace = 'monitoring'
export const loggingNamespace = 'logging'
/** Where controllers of the whole cluster live, and AWS' pod identities expect these two. */
export const controllerNamespace = 'kube-system'

export const addOnPorts = {
  prometheus: 9090,
  alertmanager: 9093,
  grafana: 3000,
  kubeStateMetrics: 8080,
  kubeStateMetricsOwn: 8081,
  nodeExporter: 9100,
  metricsServer: 10250,
  elasticsearch: 9200,
  elasticsearchNodes: 9300,
  logstashBeats: 5044,
  logstashLines: 5000,
  logstashOwn: 9600,
  kibana: 5601,
  filebeatOwn: 5066,
} as const
