import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group/index.js'
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js'
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js'
import { Construct } from 'constructs'

export type SecurityGroupRequest = {
  readonly name: string
  readonly description: string
  readonly vpcId: string
  readonly tags?: Readonly<Record<string, string>>
}

export type Peer = { readonly groupId: string } | { readonly cidr: string }

export type SecurityRule = {
  readonly description: string
  readonly peer: Peer
  /** One port: a range soon covers one that was never meant. `all` is for peers inside the VPC. */
  readonly port: number | 'all'
}

const words = ({ description, peer, port }: SecurityRule) => ({
  description,
  ...('cidr' in peer ? { cidrIpv4: peer.cidr } : { referencedSecurityGroupId: peer.groupId }),
  ...(port === 'all' ? { ipProtocol: '-1' } : { ipProtocol: 'tcp', fromPort: port, toPort: port }),
})

export const allowIngress = (scope: Construct, id: string, rule: SecurityRule & { readonly to: string }): void => {
  new VpcSecurityGroupIngressRule(scope, id, { securityGroupId: rule.to, ...words(rule) })
}

/** Closed both ways; each rule is a resource of its own, so that a plan shows which one comes or goes. */
export class ClosedSecurityGroup extends Construct {
  readonly id: string

  constructor(scope: Construct, id: string, { name, description, vpcId, tags }: SecurityGroupRequest) {
    super(scope, id)
    this.id = new SecurityGroup(this, 'group', {
      name,
      description,
      vpcId,
      tags: { Name: name, ...tags },
    }).id
  }

  allowFrom(id: string, rule: SecurityRule): void {
    allowIngress(this, `from-${id}`, { ...rule, to: this.id })
  }

  allowTo(id: string, rule: SecurityRule): void {
    new VpcSecurityGroupEgressRule(this, `to-${id}`, { securityGroupId: this.id, ...words(rule) })
  }
}
