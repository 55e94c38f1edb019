import { EksCluster } from '@cdktf/provider-aws/lib/eks-cluster/index.js'
import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js'
import { Construct } from 'constructs'
import { addOns, firstAddOns } from './cluster-add-ons.ts'
import type { InstallationFacts } from './installations.ts'
import type { Keys } from './keys.ts'
import { logGroup } from './log-group.ts'
import type { Network } from './network.ts'
import { NodeSecurityGroup } from './node-security-group.ts'
import { nodeGroups } from './nodes.ts'
import { role, trustService } from './permissions.ts'
import { resourceName } from './resource-name.ts'

const everyLog = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']

export type ClusterParts = { readonly network: Network; readonly keys: Keys }

/** EKS, its nodes and its add-ons. Reached from inside the VPC, and from outside only by CIDRs that the facts name. */
export class Cluster extends Construct {
  readonly name: string
  readonly arn: string
  readonly endpoint: string
  readonly certificateAuthority: string
  readonly oidcProviderArn: string
  readonly nodeSecurityGroupId: string

  constructor(scope: Construct, facts: InstallationFacts, { network, keys }: ClusterParts) {
    super(scope, 'cluster')
    const name = resourceName(facts)
    const logs = logGroup(this, 'log-group', { name: `/aws/eks/${name}/cluster`, key: keys.logs })
    const controlPlane = role(this, 'role', {
      name: resourceName(facts, 'cluster'),
      description: 'Control plane of the cluster',
      trust: trustService('eks'),
      managed: ['AmazonEKSClusterPolicy'],
    })
    const cluster = new EksCluster(this, 'cluster', {
      name,
      version: facts.kubernetes.version,
      roleArn: controlPlane.arn,
      enabledClusterLogTypes: everyLog,
      encryptionConfig: { provider: { keyArn: keys.cluster.arn }, resources: ['secrets'] },
      vpcConfig: {
        subnetIds: [...network.privateSubnetIds],
        endpointPrivateAccess: true,
        endpointPublicAccess: facts.clusterAccess.length > 0,
        ...(facts.clusterAccess.length > 0 ? { publicAccessCidrs: [...facts.clusterAccess] } : {}),
      },
      // Who may in is said by access entries alone; whoever creates the cluster gets nothing by that.
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      // Else EKS installs three add-ons itself that nobody manages.
      bootstrapSelfManagedAddons: false,
      // A cluster past standard support costs six times as much: upgraded by AWS rather than kept at that price.
      upgradePolicy: { supportType: 'STANDARD' },
      dependsOn: [logs, ...controlPlane.ready],
      lifecycle: { preventDestroy: facts.protect },
    })
    this.name = cluster.name
    this.arn = cluster.arn
    this.endpoint = cluster.endpoint
    this.certificateAuthority = cluster.certificateAuthority.get(0).data
    const nodesFence = new NodeSecurityGroup(this, facts, {
      vpcId: network.vpcId,
      clusterGroupId: cluster.vpcConfig.clusterSecurityGroupId,
    })
    this.nodeSecurityGroupId = nodesFence.id
    const first = firstAddOns(this, facts, cluster.name)
    const nodes = nodeGroups(this, facts, {
      clusterName: cluster.name,
      subnetIds: network.privateSubnetIds,
      securityGroupId: nodesFence.id,
      after: first,
    })
    addOns(this, facts, { clusterName: cluster.name, after: nodes })
    this.oidcProviderArn = new IamOpenidConnectProvider(this, 'identity', {
      url: cluster.identity.get(0).oidc.get(0).issuer,
      clientIdList: ['sts.amazonaws.com'],
    }).arn
  }
}
