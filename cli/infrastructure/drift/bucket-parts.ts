import type { PlannedChange, StateResource } from '../plan/parse-plan.ts'
import { isRecord } from '../plan/veil.ts'

/** Attributes of a bucket that repeat what a resource of its own says. */
const parts: Readonly<Record<string, string>> = {
  acl: 'aws_s3_bucket_acl',
  cors_rule: 'aws_s3_bucket_cors_configuration',
  grant: 'aws_s3_bucket_acl',
  lifecycle_rule: 'aws_s3_bucket_lifecycle_configuration',
  logging: 'aws_s3_bucket_logging',
  policy: 'aws_s3_bucket_policy',
  server_side_encryption_configuration: 'aws_s3_bucket_server_side_encryption_configuration',
  versioning: 'aws_s3_bucket_versioning',
}

/** Those that the stack has for this bucket; a policy that somebody added to a bucket without one is told by the bucket. */
export const bucketParts = ({ type, change }: PlannedChange, found: readonly StateResource[]): readonly string[] => {
  if (type !== 'aws_s3_bucket') return []
  const name = isRecord(change.before) ? change.before.bucket : null
  return Object.entries(parts)
    .filter(([, part]) => found.some((one) => one.type === part && one.values.bucket === name))
    .map(([attribute]) => attribute)
}
