import { type Metric, metricsOf } from './metric.ts'

/** Of other programs: only on Kubernetes, but for Prometheus' own. */
export const foreignMetrics: readonly Metric[] = [
  ...metricsOf({ exporter: 'kube-state-metrics', services: [] }, [
    ['kube_deployment_spec_replicas', 'gauge', 'pods', ['namespace', 'deployment']],
    ['kube_deployment_status_replicas_available', 'gauge', 'pods', ['namespace', 'deployment']],
    ['kube_horizontalpodautoscaler_spec_max_replicas', 'gauge', 'pods', ['namespace', 'horizontalpodautoscaler']],
    ['kube_horizontalpodautoscaler_status_current_replicas', 'gauge', 'pods', ['namespace', 'horizontalpodautoscaler']],
    ['kube_pod_status_phase', 'gauge', 'state', ['namespace', 'pod', 'phase']],
    ['kube_pod_status_ready', 'gauge', 'state', ['namespace', 'pod', 'condition']],
    ['kube_pod_container_status_restarts_total', 'counter', 'restarts', ['namespace', 'pod', 'container']],
    ['kube_pod_container_status_waiting_reason', 'gauge', 'state', ['namespace', 'pod', 'container', 'reason']],
    ['kube_pod_container_resource_limits', 'gauge', 'cores', ['namespace', 'pod', 'container', 'resource', 'unit']],
    ['kube_pod_container_resource_requests', 'gauge', 'cores', ['namespace', 'pod', 'container', 'resource', 'unit']],
    ['kube_node_status_allocatable', 'gauge', 'cores', ['node', 'resource', 'unit']],
  ]),
  ...metricsOf({ exporter: 'cadvisor', services: [] }, [
    ['container_cpu_usage_seconds_total', 'counter', 'seconds', ['namespace', 'pod', 'container']],
    ['container_cpu_cfs_periods_total', 'counter', 'periods', ['namespace', 'pod', 'container']],
    ['container_cpu_cfs_throttled_periods_total', 'counter', 'periods', ['namespace', 'pod', 'container']],
    ['container_memory_working_set_bytes', 'gauge', 'bytes', ['namespace', 'pod', 'container']],
  ]),
  ...metricsOf({ exporter: 'node-exporter', services: [] }, [
    ['node_cpu_seconds_total', 'counter', 'seconds', ['cpu', 'mode']],
    ['node_memory_MemAvailable_bytes', 'gauge', 'bytes'],
    ['node_memory_MemTotal_bytes', 'gauge', 'bytes'],
    ['node_filesystem_avail_bytes', 'gauge', 'bytes', ['device', 'fstype', 'mountpoint']],
    ['node_filesystem_size_bytes', 'gauge', 'bytes', ['device', 'fstype', 'mountpoint']],
  ]),
  ...metricsOf({ exporter: 'prometheus', services: [] }, [
    ['up', 'gauge', 'state'],
    ['scrape_duration_seconds', 'gauge', 'seconds'],
    ['scrape_samples_scraped', 'gauge', 'values'],
    ['prometheus_tsdb_head_series', 'gauge', 'values'],
    ['prometheus_tsdb_storage_blocks_bytes', 'gauge', 'bytes'],
    ['ALERTS', 'gauge', 'alerts', ['alertname', 'alertstate', 'severity']],
  ]),
]
