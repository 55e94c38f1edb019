import type { Construct } from 'constructs'
import { AwsStack } from './aws-stack.ts'
import { Bucket } from './bucket.ts'
import { EncryptionKey } from './encryption-key.ts'
import type { AccountFacts } from './installations.ts'
import { stateBucketName } from './stack-reference.ts'

/** Where the states of all stacks of an account are, this one's too after `infra bootstrap`. Never deleted. */
export class StateStack extends AwsStack {
  constructor(scope: Construct, request: { readonly facts: AccountFacts; readonly backend: 'local' | 's3' }) {
    super(scope, { reference: { kind: 'state' }, ...request })
    const { facts } = request
    const keep = 'forever'
    const key = new EncryptionKey(this, 'encryption', {
      facts,
      alias: 'shop-terraform-state',
      description: 'States of the Terraform stacks of the shop',
      keep,
    })
    const bucketName = stateBucketName(facts.account)
    const logs = new Bucket(this, 'access-logs', {
      facts,
      bucketName: `${bucketName}-logs`,
      keyArn: null,
      logs: null,
      keep,
      ageing: 'expires',
    })
    const state = new Bucket(this, 'state', { facts, bucketName, keyArn: key.arn, logs, keep, ageing: 'stays' })
    this.output('state_bucket', state.name)
    this.output('state_key_arn', key.arn)
  }
}
