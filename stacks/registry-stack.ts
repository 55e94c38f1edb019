import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy/index.js'
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository/index.js'
import type { Construct } from 'constructs'
import { serviceNames, services } from '../services/registry.ts'
import { AwsStack } from './aws-stack.ts'
import { EncryptionKey } from './encryption-key.ts'
import type { AccountFacts } from './installations.ts'

const expire = { type: 'expire' } as const

/** Untagged images are what a push replaced; of the tagged ones far more stay than a rollback ever reaches back. */
const lifecyclePolicy = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'untagged after 14 days',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: expire,
    },
    {
      rulePriority: 2,
      description: 'the newest 200 stay',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 200 },
      action: expire,
    },
  ],
})

/** Images are shared by all environments, so that what was tested is what runs: this outlives each of them. */
export class RegistryStack extends AwsStack {
  constructor(scope: Construct, request: { readonly facts: AccountFacts; readonly backend: 'local' | 's3' }) {
    super(scope, { reference: { kind: 'registry' }, ...request })
    const key = new EncryptionKey(this, 'encryption', {
      facts: request.facts,
      alias: 'shop-registry',
      description: 'Images of the shop',
      keep: 'until-removed',
    })
    const repositories = serviceNames.map((service) => {
      const repository = new EcrRepository(this, service, {
        name: services[service].longName,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: [{ encryptionType: 'KMS', kmsKey: key.arn }],
        forceDelete: false,
      })
      new EcrLifecyclePolicy(this, `${service}-lifecycle`, { repository: repository.name, policy: lifecyclePolicy })
      return [service, repository.repositoryUrl]
    })
    this.output('repository_urls', Object.fromEntries(repositories))
    this.output('registry_key_arn', key.arn)
  }
}
