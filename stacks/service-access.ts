import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association/index.js'
import { Construct } from 'constructs'
import { type ServiceName, serviceNames, services } from '../services/registry.ts'
import type { Bucket } from './bucket.ts'
import type { Cache } from './cache.ts'
import type { Cluster } from './cluster.ts'
import type { InstallationFacts } from './installations.ts'
import type { Keys } from './keys.ts'
import { homeNamespace, namespacesOn } from './namespaces.ts'
import { decryptThrough, role, type Statement, trustPods } from './permissions.ts'
import { resourceName } from './resource-name.ts'
import type { SecretName } from './secret-names.ts'
import type { Secrets } from './secrets.ts'
import type { Storage } from './storage.ts'

const ownSecrets: Readonly<Record<ServiceName, readonly SecretName[]>> = {
  users: ['database-users', 'jwt-signing-keys', 'mail'],
  catalog: ['database-catalog'],
  orders: ['database-orders', 'payment-provider', 'mail'],
}

const ownBucket = (service: ServiceName, { uploads, productImages, orderDocuments }: Storage): Bucket =>
  ({ users: uploads, catalog: productImages, orders: orderDocuments })[service]

/** EKS tags a pod's session with its namespace. The dollar is doubled, or Terraform would take it for its own. */
const namespaceOfPod = '$${aws:PrincipalTag/kubernetes-namespace}'

export type ServiceAccessParts = {
  readonly cluster: Cluster
  readonly cache: Cache
  readonly storage: Storage
  readonly secrets: Secrets
  readonly keys: Keys
}

/** One role for each service, given to its pods: its bucket, its secrets, the cache, and nothing else. */
export class ServiceAccess extends Construct {
  constructor(scope: Construct, facts: InstallationFacts, parts: ServiceAccessParts) {
    super(scope, 'service-access')
    for (const service of serviceNames) {
      const { arn: roleArn } = role(this, `${service}-role`, {
        name: resourceName(facts, `service-${service}`),
        description: `Pods of the ${service} service`,
        trust: trustPods(facts),
        allow: this.#permissions(service, facts, parts),
      })
      for (const namespace of namespacesOn(facts))
        new EksPodIdentityAssociation(this, `${service}-in-${namespace}`, {
          clusterName: parts.cluster.name,
          namespace,
          serviceAccount: services[service].longName,
          roleArn,
        })
    }
  }

  #permissions(
    service: ServiceName,
    facts: InstallationFacts,
    { cache, storage, secrets, keys }: ServiceAccessParts,
  ): readonly Statement[] {
    const bucket = ownBucket(service, storage)
    return [
      {
        // Environments that share an installation share its buckets, not what is in them.
        Sid: 'ObjectsOfItsNamespace',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        Resource: `${bucket.arn}/${namespaceOfPod}/*`,
      },
      {
        Sid: 'ListItsNamespace',
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: bucket.arn,
        Condition: { StringLike: { 's3:prefix': `${namespaceOfPod}/*` } },
      },
      decryptThrough('s3', keys.storage.arn, facts),
      {
        Sid: 'ItsSecrets',
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
        Resource: ownSecrets[service].flatMap((name) => secrets.arns.get(name) ?? []),
        Condition: { StringEquals: { 'aws:PrincipalTag/kubernetes-namespace': homeNamespace(facts) } },
      },
      { ...decryptThrough('secretsmanager', keys.secrets.arn, facts), Sid: 'DecryptItsSecrets' },
      { Sid: 'Cache', Effect: 'Allow', Action: 'elasticache:Connect', Resource: [cache.arn, cache.userArn] },
    ]
  }
}
