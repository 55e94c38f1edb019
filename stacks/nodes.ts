import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group/index.js'
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template/index.js'
import { type ITerraformDependable, Token } from 'cdktf'
import type { Construct } from 'constructs'
import { commonTags } from './aws-stack.ts'
import type { InstallationFacts, NodeSize } from './installations.ts'
import { role, trustService } from './permissions.ts'
import { resourceName } from './resource-name.ts'

export type NodeGroupsRequest = {
  readonly clusterName: string
  readonly subnetIds: readonly string[]
  readonly securityGroupId: string
  /** A node is ready only when its network is. */
  readonly after: readonly ITerraformDependable[]
}

const launchTemplate = (scope: Construct, facts: InstallationFacts, securityGroupId: string): LaunchTemplate => {
  const name = resourceName(facts, 'node')
  // The provider's default tags do not reach what a template makes later.
  const tags = { ...commonTags(facts, facts.name), Name: name }
  return new LaunchTemplate(scope, 'node-template', {
    name,
    updateDefaultVersion: true,
    // One hop: a pod that is not on the host network cannot ask for the credentials of its node.
    metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [
      {
        deviceName: '/dev/xvda',
        ebs: {
          volumeType: 'gp3',
          volumeSize: facts.nodeDiskGigabytes,
          encrypted: 'true',
          deleteOnTermination: 'true',
        },
      },
    ],
    // No public address: none of the subnets gives one, and here none is asked for.
    vpcSecurityGroupIds: [securityGroupId],
    monitoring: { enabled: true },
    tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({ resourceType, tags })),
  })
}

/** The groups, for what needs nodes to run on. */
export const nodeGroups = (
  scope: Construct,
  facts: InstallationFacts,
  { clusterName, subnetIds, securityGroupId, after }: NodeGroupsRequest,
): readonly ITerraformDependable[] => {
  const nodes = role(scope, 'node-role', {
    name: resourceName(facts, 'node'),
    description: 'Nodes of the cluster: join it, pull images, be reached by Session Manager',
    trust: trustService('ec2'),
    managed: ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore'],
  })
  const template = launchTemplate(scope, facts, securityGroupId)
  const group = (id: string, capacityType: 'ON_DEMAND' | 'SPOT', { instanceTypes, min, desired, max }: NodeSize) =>
    new EksNodeGroup(scope, `${id}-nodes`, {
      clusterName,
      nodeGroupName: id,
      nodeRoleArn: nodes.arn,
      subnetIds: [...subnetIds],
      version: facts.kubernetes.version,
      amiType: 'AL2023_x86_64_STANDARD',
      capacityType,
      instanceTypes: [...instanceTypes],
      labels: { 'shop/capacity': id },
      launchTemplate: { id: template.id, version: Token.asString(template.latestVersion) },
      scalingConfig: { minSize: min, desiredSize: desired, maxSize: max },
      updateConfig: { maxUnavailablePercentage: 33 },
      nodeRepairConfig: { enabled: true },
      dependsOn: [...nodes.ready, ...after],
      // How many there are just now is the autoscaler's.
      lifecycle: { ignoreChanges: ['scaling_config[0].desired_size'] },
    })
  const always = group('on-demand', 'ON_DEMAND', facts.nodes)
  return facts.spotNodes === null ? [always] : [always, group('spot', 'SPOT', facts.spotNodes)]
}
