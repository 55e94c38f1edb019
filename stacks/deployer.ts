import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry/index.js'
import { EksAccessPolicyAssociation } from '@cdktf/provider-aws/lib/eks-access-policy-association/index.js'
import { Construct } from 'constructs'
import { serviceNames, services } from '../services/registry.ts'
import { arn } from './aws-stack.ts'
import type { Cluster } from './cluster.ts'
import { type InstallationFacts, partition } from './installations.ts'
import type { Keys } from './keys.ts'
import { namespacesOn } from './namespaces.ts'
import { decryptThrough, policyDocument, role, type Statement } from './permissions.ts'
import { resourceName } from './resource-name.ts'
import { secretPrefixesOn } from './secret-prefixes.ts'

const pushAndPull = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:DescribeImages',
  'ecr:DescribeImageScanFindings',
  'ecr:DescribeRepositories',
  'ecr:GetDownloadUrlForLayer',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
]

const trust = ({ account, deployerRoles }: InstallationFacts): string =>
  policyDocument({
    Sid: 'NamedRolesOnly',
    Effect: 'Allow',
    Principal: { AWS: deployerRoles.map((name) => `arn:${partition}:iam::${account}:role/${name}`) },
    Action: 'sts:AssumeRole',
  })

const permissions = (facts: InstallationFacts, clusterArn: string, keys: Keys): readonly Statement[] => [
  { Sid: 'FindTheCluster', Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: clusterArn },
  // AWS knows no narrower resource for it.
  { Sid: 'LogInToTheRegistry', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
  {
    Sid: 'PushAndPullImages',
    Effect: 'Allow',
    Action: pushAndPull,
    Resource: serviceNames.map((service) => arn('ecr', facts, `repository/${services[service].longName}`)),
  },
  {
    Sid: 'ReadSecretsOfTheShop',
    Effect: 'Allow',
    Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    Resource: secretPrefixesOn(facts).map((prefix) => arn('secretsmanager', facts, `secret:${prefix}*`)),
  },
  decryptThrough('secretsmanager', keys.secrets.arn, facts),
]

export type DeployerParts = { readonly cluster: Cluster; readonly keys: Keys }

/** Who deploys: the pipeline, by a role that named roles may take. In the cluster it rules the shop's namespaces only. */
export class Deployer extends Construct {
  readonly roleArn: string

  constructor(scope: Construct, facts: InstallationFacts, { cluster, keys }: DeployerParts) {
    super(scope, 'deployer')
    const { arn: principalArn } = role(this, 'role', {
      name: resourceName(facts, 'deployer'),
      description: 'Builds, pushes and deploys the shop',
      trust: trust(facts),
      allow: permissions(facts, cluster.arn, keys),
    })
    this.roleArn = principalArn
    const entry = new EksAccessEntry(this, 'access', { clusterName: cluster.name, principalArn })
    new EksAccessPolicyAssociation(this, 'rights', {
      clusterName: cluster.name,
      principalArn,
      policyArn: `arn:${partition}:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy`,
      accessScope: { type: 'namespace', namespaces: [...namespacesOn(facts)] },
      dependsOn: [entry],
    })
  }
}
