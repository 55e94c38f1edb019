import { Construct } from 'constructs'
import { Bucket } from './bucket.ts'
import type { InstallationFacts } from './installations.ts'
import type { Keys } from './keys.ts'
import { resourceName } from './resource-name.ts'

/** The buckets of the shop, and the one that holds who read and wrote in them. */
export class Storage extends Construct {
  readonly uploads: Bucket
  readonly productImages: Bucket
  readonly orderDocuments: Bucket
  readonly accessLogs: Bucket

  constructor(scope: Construct, facts: InstallationFacts, { keys }: { readonly keys: Keys }) {
    super(scope, 'storage')
    const keep = facts.protect ? 'forever' : 'until-removed'
    // Names are one for the whole world, hence the account in them.
    const bucketName = (part: string) => `${resourceName(facts, part)}-${facts.account}`
    this.accessLogs = new Bucket(this, 'access-logs', {
      facts,
      bucketName: bucketName('access-logs'),
      keyArn: null,
      logs: null,
      keep,
      ageing: 'expires',
    })
    const data = { facts, keyArn: keys.storage.arn, logs: this.accessLogs, keep, ageing: 'tiers' } as const
    const bucket = (part: string) => new Bucket(this, part, { ...data, bucketName: bucketName(part) })
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
