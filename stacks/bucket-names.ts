import type { InstallationFacts } from './installations.ts'
import { resourceName } from './resource-name.ts'

export type BucketPart = 'access-logs' | 'uploads' | 'product-images' | 'order-documents'

/** What Terraform makes, and what the services are told. Names are one for the whole world, hence the account in them. */
export const bucketName = (facts: Pick<InstallationFacts, 'name' | 'account'>, part: BucketPart): string =>
  `${resourceName(facts, part)}-${facts.account}`
