import type { V1Service } from '@kubernetes/client-node'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { selectorLabels, workloadLabels } from './labels.ts'
import { kubernetesFacts, type WorkloadName, workload } from './workload.ts'

type ClusterServiceRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  readonly service: WorkloadName
}

/** The load balancer's own check of a pod; it does not take it from the probes. */
const healthCheck = (path: string) => ({
  'alb.ingress.kubernetes.io/healthcheck-path': path,
  'alb.ingress.kubernetes.io/healthcheck-interval-seconds': '5',
  'alb.ingress.kubernetes.io/healthcheck-timeout-seconds': '3',
  'alb.ingress.kubernetes.io/healthy-threshold-count': '2',
})

export const clusterService = ({ environment, namespace, service }: ClusterServiceRequest) => {
  const { longName, port, metricsPort, probes } = workload(service)
  const { entry } = kubernetesFacts(environment)
  const annotations = entry.kind === 'ingress' ? { annotations: healthCheck(probes.ready) } : {}
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: longName, namespace, labels: workloadLabels(service, 'server'), ...annotations },
    spec: {
      // The cluster chooses the edge's node port: two shops in one cluster must not fight over a number.
      type: service === 'edge' ? 'NodePort' : 'ClusterIP',
      selector: { ...selectorLabels(service, 'server') },
      ports: [
        { name: 'http', port, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' },
        ...(metricsPort === null
          ? []
          : [{ name: 'metrics', port: metricsPort, targetPort: 'metrics', protocol: 'TCP', appProtocol: 'http' }]),
      ],
    },
  } satisfies V1Service
}
