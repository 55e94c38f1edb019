import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { kubernetesFacts } from '../workload.ts'
import { loadBalancerControllerManifests } from './load-balancer-controller.ts'
import { nodeAutoscalerManifests } from './node-autoscaler.ts'

/** What makes load balancers for Ingresses and nodes for pods. Elsewhere than on EKS somebody else does, or nobody. */
export const controllerManifests = (request: AddOnRequest): readonly KubernetesObject[] => {
  const { cluster: facts } = kubernetesFacts(request.environment)
  if (facts.kind !== 'eks') return []
  const { vpcId } = request
  if (vpcId === null) throw new Error(`nobody asked for the network of the cluster ${facts.name}`)
  const cluster = { ...facts, vpcId }
  return [...loadBalancerControllerManifests(request, cluster), ...nodeAutoscalerManifests(request, cluster)]
}
