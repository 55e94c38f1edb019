import type { V1Deployment } from '@kubernetes/client-node'
import { selectorLabels, workloadLabels } from './labels.ts'
import { podTemplate } from './pod-template.ts'
import type { ServiceManifestsRequest } from './service-request.ts'
import { initialReplicas, isAutoscaled, kubernetesFacts, workload } from './workload.ts'

/** How long a rollout may stand still before Kubernetes calls it stuck. shopctl's own deadline is shorter. */
const progressDeadlineSeconds = 600

export const deployment = (request: ServiceManifestsRequest) => {
  const { environment, namespace, service, version } = request
  const { minReadySeconds } = kubernetesFacts(environment)
  const labels = { ...workloadLabels(service, 'server'), 'app.kubernetes.io/version': version }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: workload(service).longName, namespace, labels },
    spec: {
      // Where an autoscaler owns the number, to say one here would take pods away under load.
      ...(isAutoscaled(environment, service) ? {} : { replicas: initialReplicas(environment, service) }),
      selector: { matchLabels: { ...selectorLabels(service, 'server') } },
      // Never fewer than before, so that a release that does not come up costs nothing.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      minReadySeconds,
      progressDeadlineSeconds,
      // A way back is a release's own record; the one before helps a person with kubectl.
      revisionHistoryLimit: 2,
      template: podTemplate(request),
    },
  } satisfies V1Deployment
}
