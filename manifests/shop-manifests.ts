import { clusterService } from './cluster-service.ts'
import { contentHash } from './content-hash.ts'
import { deployment } from './deployment.ts'
import { edgeRoutesConfigMap } from './edge-routes.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { workloadLabels } from './labels.ts'
import { networkPolicy } from './network-policy.ts'
import { disruptionBudget, horizontalAutoscaler } from './scaling.ts'
import type { ServiceManifestsRequest } from './service-request.ts'
import { initialReplicas, isAutoscaled, type WorkloadName, workload } from './workload.ts'

/** Everything of one service but its Secret, in the order in which it is applied. */
export const serviceManifests = (request: ServiceManifestsRequest): readonly KubernetesObject[] => {
  const { environment, namespace, service, settings } = request
  const { longName } = workload(service)
  const metadata = { name: longName, namespace, labels: workloadLabels(service, 'server') }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, name: settings.configMap.name },
      immutable: true,
      data: settings.configMap.data,
    },
    ...(service === 'edge' ? [edgeRoutesConfigMap(namespace)] : []),
    networkPolicy({ environment, namespace, service }),
    clusterService({ environment, namespace, service }),
    deployment(request),
    ...(isAutoscaled(environment, service) ? [horizontalAutoscaler({ environment, namespace, service })] : []),
    ...(initialReplicas(environment, service) > 1 ? [disruptionBudget({ namespace, service })] : []),
  ]
}

/** `user-management-settings-3f1c…`: the same content, the same name, so that a rollback finds exactly what ran. */
export const configMapName = (service: WorkloadName, data: Readonly<Record<string, string>>): string =>
  `${workload(service).longName}-settings-${contentHash(Object.entries(data).sort())}`
