import type { V1PodDisruptionBudget, V2HorizontalPodAutoscaler } from '@kubernetes/client-node'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { selectorLabels, workloadLabels } from './labels.ts'
import { kubernetesFacts, sizeOf, type WorkloadName, workload } from './workload.ts'

type ScalingRequest = {
  readonly environment: EnvironmentFacts
  readonly namespace: string
  readonly service: WorkloadName
}

const utilization = (name: string, averageUtilization: number) => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization } },
})

/** Percent of the requests, which are well below the limits. */
export const horizontalAutoscaler = ({ environment, namespace, service }: ScalingRequest) => {
  const { longName } = workload(service)
  const { cpuPercent, memoryPercent } = kubernetesFacts(environment).autoscaling ?? {
    cpuPercent: 70,
    memoryPercent: 80,
  }
  const { min, max } = sizeOf(environment, service).replicas
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: longName, namespace, labels: workloadLabels(service, 'server') },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: longName },
      minReplicas: min,
      maxReplicas: max,
      metrics: [utilization('cpu', cpuPercent), utilization('memory', memoryPercent)],
    },
  } satisfies V2HorizontalPodAutoscaler
}

/** A node may be emptied, one pod of a service at a time. */
export const disruptionBudget = ({ namespace, service }: Omit<ScalingRequest, 'environment'>) =>
  ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: workload(service).longName, namespace, labels: workloadLabels(service, 'server') },
    spec: { maxUnavailable: 1, selector: { matchLabels: { ...selectorLabels(service, 'server') } } },
  }) satisfies V1PodDisruptionBudget
