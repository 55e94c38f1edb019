import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js'
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js'
import { S3BucketLoggingA } from '@cdktf/provider-aws/lib/s3-bucket-logging/index.js'
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js'
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy/index.js'
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js'
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js'
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning/index.js'
import { Construct } from 'constructs'
import { type AccountFacts, partition } from './installations.ts'
import { fromAccount, policyDocument, type Statement } from './permissions.ts'

export type BucketRequest = {
  readonly facts: AccountFacts
  readonly bucketName: string
  /** Null: by a key of S3 itself, which is all that the delivery of access logs can use. */
  readonly keyArn: string | null
  /** Who read and wrote what; null only for the bucket that holds such logs. */
  readonly logs: Bucket | null
  readonly keep: 'forever' | 'until-removed'
  /** What happens to objects with time, beside old versions and unfinished uploads. */
  readonly ageing: 'tiers' | 'expires' | 'stays'
}

type Rule = S3BucketLifecycleConfigurationRule

const rule = (id: string, does: Partial<Rule>): Rule => ({ id, status: 'Enabled', filter: [{ prefix: '' }], ...does })

// A version that somebody overwrote or deleted can be had back for 90 days, the last 20 of an object for ever.
const oldVersions = rule('old-versions', {
  noncurrentVersionExpiration: [{ noncurrentDays: 90, newerNoncurrentVersions: 20 }],
})

const unfinished = rule('unfinished-uploads', { abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }] })

const rules: Readonly<Record<BucketRequest['ageing'], readonly Rule[]>> = {
  stays: [unfinished, oldVersions],
  tiers: [unfinished, oldVersions, rule('tiers', { transition: [{ days: 30, storageClass: 'INTELLIGENT_TIERING' }] })],
  expires: [
    unfinished,
    rule('old-versions', { noncurrentVersionExpiration: [{ noncurrentDays: 30 }] }),
    rule('expires', { expiration: [{ days: 365 }] }),
  ],
}

/** One safe bucket: private, encrypted, versioned, reached by TLS only, its objects cared for with time. */
export class Bucket extends Construct {
  readonly name: string
  readonly arn: string

  constructor(scope: Construct, id: string, request: BucketRequest) {
    super(scope, id)
    const { facts, bucketName, keyArn, logs, keep, ageing } = request
    const made = new S3Bucket(this, 'bucket', { bucket: bucketName, lifecycle: { preventDestroy: keep === 'forever' } })
    const bucket = made.id
    this.name = made.bucket
    this.arn = `arn:${partition}:s3:::${bucketName}`
    const block = new S3BucketPublicAccessBlock(this, 'public-access', {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    })
    new S3BucketOwnershipControls(this, 'ownership', { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } })
    const byDefault = keyArn === null ? { sseAlgorithm: 'AES256' } : { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn }
    // The bucket key spares a call to KMS, and its price, for nearly every object.
    const rule = [{ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: keyArn !== null }]
    new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', { bucket, rule })
    const versioning = new S3BucketVersioningA(this, 'versioning', {
      bucket,
      versioningConfiguration: { status: 'Enabled' },
    })
    // Rules on old versions are refused where there are no versions yet.
    new S3BucketLifecycleConfiguration(this, 'lifecycle', { bucket, rule: [...rules[ageing]], dependsOn: [versioning] })
    // AWS answers "conflicting operation" to two of these settings at once.
    new S3BucketPolicy(this, 'policy', {
      bucket,
      policy: policyDocument(...this.#statements(facts, logs)),
      dependsOn: [block],
    })
    if (logs !== null) {
      const targetPrefix = `${bucketName}/`
      new S3BucketLoggingA(this, 'logging', { bucket, targetBucket: logs.name, targetPrefix })
    }
  }

  #statements(facts: AccountFacts, logs: Bucket | null): readonly Statement[] {
    const tlsOnly: Statement = {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [this.arn, `${this.arn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }
    if (logs !== null) return [tlsOnly]
    const delivery: Statement = {
      Sid: 'DeliveryOfAccessLogs',
      Effect: 'Allow',
      Principal: { Service: 'logging.s3.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `${this.arn}/*`,
      Condition: fromAccount(facts),
    }
    return [tlsOnly, delivery]
  }
}
