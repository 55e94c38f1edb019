import { Construct } from 'constructs'
import { Bucket } from './bucket.ts'
import { type BucketPart, bucketName } from './bucket-names.ts'
import type { InstallationFacts } from './installations.ts'
import type { Keys } from './keys.ts'

/** The buckets of the shop, and the one that holds who read and wrote in them. */
export class Storage extends Construct {
  readonly uploads: Bucket
  readonly productImages: Bucket
  readonly orderDocuments: Bucket
  readonly accessLogs: Bucket

  constructor(scope: Construct, facts: InstallationFacts, { keys }: { readonly keys: Keys }) {
    super(scope, 'storage')
    const keep = facts.protect ? 'forever' : 'until-removed'
    this.accessLogs = new Bucket(this, 'access-logs', {
      facts,
      bucketName: bucketName(facts, 'access-logs'),
      keyArn: null,
      logs: null,
      keep,
      ageing: 'expires',
    })
    const data = { facts, keyArn: keys.storage.arn, logs: this.accessLogs, keep, ageing: 'tiers' } as const
    const bucket = (part: BucketPart) => new Bucket(this, part, { ...data, bucketName: bucketName(facts, part) })
    this.uploads = bucket('uploads')
    this.productImages = bucket('product-images')
    this.orderDocuments = bucket('order-documents')
  }

  names(): Readonly<Record<string, string>> {
    return {
      uploads: this.uploads.name,
      'product-images': this.productImages.name,
      'order-documents': this.orderDocuments.name,
      'access-logs': this.accessLogs.name,
    }
  }
}
