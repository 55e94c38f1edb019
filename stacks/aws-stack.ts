import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js'
import { LocalBackend, S3Backend, TerraformElement, TerraformResource, TerraformStack } from 'cdktf'
import type { Construct, Node } from 'constructs'
import { type AccountFacts, partition } from './installations.ts'
import { type StackReference, stackName, stateBucketName, stateKey } from './stack-reference.ts'

export type AwsStackRequest = {
  readonly reference: StackReference
  readonly facts: AccountFacts
  readonly backend: 'local' | 's3'
}

/** On everything that can carry them (I-11); what `shared` stacks make belongs to no environment. */
export const commonTags = ({ costCenter }: AccountFacts, environment: string): Readonly<Record<string, string>> => ({
  Project: 'ecommerce',
  Environment: environment,
  ManagedBy: 'shopctl',
  CostCenter: costCenter,
})

/** What every stack has: where its state is, one provider that refuses another account, and the tags. */
export class AwsStack extends TerraformStack {
  readonly #paths = new Map<string, string>()

  constructor(scope: Construct, { reference, facts, backend }: AwsStackRequest) {
    super(scope, stackName(reference))
    if (backend === 's3') this.#keepStateInBucket(reference, facts)
    // Always said: else cdktf writes an absolute path of the folder in which it happens to run.
    else new LocalBackend(this, { path: stateKey(reference) })
    const environment = reference.kind === 'shop' ? reference.installation : 'shared'
    new AwsProvider(this, 'aws', {
      region: facts.region,
      allowedAccountIds: [facts.account],
      defaultTags: [{ tags: { ...commonTags(facts, environment) } }],
    })
  }

  /** Resolves the whole stack once more, to find references to other stacks: there are none, each stands alone. */
  override prepareStack(): void {
    return
  }

  /** `aws_db_instance.database_instance` and not `…_1F3A9C2B`: people type addresses after --allow-destroy. */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const { path } = TerraformElement.isTerraformElement(element) ? element.node : element
    const id = path.split('/').slice(1).join('_').replaceAll('-', '_')
    // Only within one type may two paths not meet: `a_b` and `a/b` are one name then.
    const type = TerraformResource.isTerraformResource(element) ? element.terraformResourceType : ''
    const before = this.#paths.get(`${type}.${id}`)
    if (before !== undefined && before !== path) throw new Error(`${path} and ${before} would both be ${type}.${id}`)
    this.#paths.set(`${type}.${id}`, path)
    return id
  }

  /** Written straight into the JSON: cdktf's own class asks Node in a way that makes it print a deprecation warning. */
  protected output(name: string, value: unknown): void {
    this.addOverride(`output.${name}.value`, value)
  }

  #keepStateInBucket(reference: StackReference, { account, region }: AccountFacts): void {
    const bucket = stateBucketName(account)
    new S3Backend(this, { bucket, key: stateKey(reference), region, encrypt: true, allowedAccountIds: [account] })
    // A lock by conditional write, without DynamoDB; cdktf 0.21 does not know the word.
    this.addOverride('terraform.backend.s3.use_lockfile', true)
  }
}

/** ARNs are computed: a data source would ask AWS while planning. */
export const arn = (service: string, { region, account }: AccountFacts, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`
