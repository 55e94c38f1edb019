import type { Construct } from 'constructs'
import type { InstallationFacts } from './installations.ts'
import { resourceName } from './resource-name.ts'
import { allowIngress, ClosedSecurityGroup } from './security-group.ts'

/** What the control plane calls on nodes. */
const calledPorts = [
  [443, 'webhooks'],
  [4443, 'metrics server'],
  [8443, 'webhooks of controllers'],
  [9443, 'webhook of the load balancer controller'],
  [10250, 'kubelet: logs, exec, probes'],
  [10251, 'metrics server beside a kubelet'],
] as const

export type NodeSecurityGroupRequest = { readonly vpcId: string; readonly clusterGroupId: string }

/** Nodes and, because pods share it, pods. Nothing outside the VPC gets in; the load balancer controller adds its own. */
export class NodeSecurityGroup extends ClosedSecurityGroup {
  constructor(scope: Construct, facts: InstallationFacts, { vpcId, clusterGroupId }: NodeSecurityGroupRequest) {
    super(scope, 'nodes', {
      name: resourceName(facts, 'nodes'),
      description: 'Nodes and pods of the cluster',
      vpcId,
      // The load balancer controller looks for exactly one group with this tag on a node.
      tags: { [`kubernetes.io/cluster/${resourceName(facts)}`]: 'owned' },
    })
    this.allowFrom('nodes', { description: 'Pods speak with each other', peer: { groupId: this.id }, port: 'all' })
    const controlPlane = { groupId: clusterGroupId }
    for (const [port, what] of calledPorts)
      this.allowFrom(`cluster-${port}`, { description: `Control plane: ${what}`, peer: controlPlane, port })
    const anywhere = { cidr: '0.0.0.0/0' }
    this.allowTo('internet', { description: 'AWS and third parties by HTTPS', peer: anywhere, port: 443 })
    this.allowTo('vpc', { description: 'Database, cache, DNS, pods', peer: { cidr: facts.cidr }, port: 'all' })
    const fromNodes = { description: 'Nodes and pods ask the API server', peer: { groupId: this.id }, port: 443 }
    allowIngress(this, 'to-cluster', { ...fromNodes, to: clusterGroupId })
  }
}
