import { monitoringNamespace } from '../add-ons/add-on-names.ts'
import { addOnNamespace } from '../add-ons/add-on-namespace.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { alertmanagerManifests } from './alertmanager.ts'
import { grafanaManifests } from './grafana.ts'
import { kubeStateMetricsManifests } from './kube-state-metrics.ts'
import { metricsServerManifests } from './metrics-server.ts'
import { nodeExporterManifests } from './node-exporter.ts'
import { prometheusManifests } from './prometheus.ts'

/** Everything of the namespace `monitoring` but its Secret. */
export const monitoringManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...addOnNamespace('monitoring', monitoringNamespace),
  ...prometheusManifests(request),
  ...alertmanagerManifests(request),
  ...grafanaManifests(request),
  ...kubeStateMetricsManifests(request),
  ...nodeExporterManifests(request),
  ...(request.metricsServer === 'ours' ? metricsServerManifests(request) : []),
]
