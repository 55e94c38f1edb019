import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias/index.js'
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key/index.js'
import { Construct } from 'constructs'
import { type AccountFacts, partition } from './installations.ts'
import { policyDocument, type Statement } from './permissions.ts'

export type EncryptionKeyRequest = {
  readonly facts: AccountFacts
  /** Without `alias/`. */
  readonly alias: string
  readonly description: string
  /** Data is lost with its key: `forever` refuses every plan that deletes it. */
  readonly keep: 'forever' | 'until-removed'
  /** Beside the account's own IAM policies; only services need a word here. */
  readonly services?: readonly Statement[]
}

/** A KMS key for one purpose, so that who may read one kind of data cannot read another. */
export class EncryptionKey extends Construct {
  readonly arn: string
  readonly id: string

  constructor(
    scope: Construct,
    name: string,
    { facts, alias, description, keep, services = [] }: EncryptionKeyRequest,
  ) {
    super(scope, name)
    const key = new KmsKey(this, 'key', {
      description,
      enableKeyRotation: true,
      // The longest that AWS offers: a key that is deleted by mistake can be missed for a month.
      deletionWindowInDays: 30,
      policy: policyDocument(
        {
          Sid: 'PermissionsOfThisAccount',
          Effect: 'Allow',
          Principal: { AWS: `arn:${partition}:iam::${facts.account}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
        ...services,
      ),
      lifecycle: { preventDestroy: keep === 'forever' },
    })
    new KmsAlias(this, 'alias', { name: `alias/${alias}`, targetKeyId: key.keyId })
    this.arn = key.arn
    this.id = key.keyId
  }
}
