import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, monitoringNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { toApiServer } from '../add-ons/add-on-peers.ts'
import { addOnContainer, addOnTemplate, httpProbes } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { clusterRole, type PolicyRule } from '../add-ons/cluster-role.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { podsOf, tcp } from '../network-policy.ts'

/** Of the official image. */
const nobody = 65534

const part: AddOnPart = {
  group: 'monitoring',
  namespace: monitoringNamespace,
  name: 'kube-state-metrics',
  ports: [
    { name: 'http', port: addOnPorts.kubeStateMetrics },
    { name: 'own', port: addOnPorts.kubeStateMetricsOwn },
  ],
  service: 'one-address',
  ingress: [
    { from: [podsOf('prometheus')], ports: [tcp(addOnPorts.kubeStateMetrics), tcp(addOnPorts.kubeStateMetricsOwn)] },
  ],
  egress: [toApiServer],
}

/** Group and what of it: the shop's kinds and the nodes. Secrets and ConfigMaps are nothing that anybody counts. */
const counted: Readonly<Record<string, readonly string[]>> = {
  '': ['nodes', 'pods', 'services', 'namespaces', 'persistentvolumeclaims', 'resourcequotas'],
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['jobs'],
  'networking.k8s.io': ['ingresses'],
  policy: ['poddisruptionbudgets'],
}

const rights: readonly PolicyRule[] = Object.entries(counted).map(([group, resources]) => ({
  apiGroups: [group],
  resources,
  verbs: ['list', 'watch'],
}))

const deployment = ({ environment, image }: AddOnRequest): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: partMetadata(part),
  spec: {
    replicas: 1,
    revisionHistoryLimit: 2,
    selector: { matchLabels: { ...addOnSelector(part.name) } },
    template: addOnTemplate(part, {
      user: nobody,
      containers: [
        addOnContainer(part, {
          name: part.name,
          image: image('kube-state-metrics'),
          args: [
            `--port=${addOnPorts.kubeStateMetrics}`,
            `--telemetry-port=${addOnPorts.kubeStateMetricsOwn}`,
            `--resources=${Object.values(counted).flat().toSorted().join(',')}`,
          ],
          size: addOnSizes(environment).kubeStateMetrics,
          mounts: [],
          probes: httpProbes({
            alive: { path: '/livez', port: 'http' },
            ready: { path: '/readyz', port: 'own' },
            startSeconds: 60,
          }),
        }),
      ],
      volumes: [],
      token: 'mounted',
      graceSeconds: 10,
    }),
  },
})

export const kubeStateMetricsManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  ...clusterRole(part, rights),
  deployment(request),
]
