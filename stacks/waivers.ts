/** A finding of a scanner or of our own rules that is accepted: which, where, why, and until when. */
export type StackWaiver = {
  /** `CKV_AWS_144`, `AWS-0089`, or the name of an own rule. */
  readonly rule: string
  /** A resource's address in the plan; `*` stands for any text. */
  readonly resource: string
  /** Names of stacks (`shop-dev`); every stack where it is left out. */
  readonly stacks?: readonly string[]
  readonly reason: string
  /** ISO date; from the day after on the waiver is an error. */
  readonly until: string
}

/** Whether a waiver is meant for a resource, whatever its rule and its end. */
export const isMeantFor = ({ resource }: StackWaiver, address: string): boolean => {
  const parts = resource.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(address)
}

/** Where nobody knows which stack it is, only what is for every stack holds. */
export const isForStack = ({ stacks }: StackWaiver, stack: string | undefined): boolean =>
  stacks === undefined || (stack !== undefined && stacks.includes(stack))

const until = '2027-11-22'
const forTrying = ['shop-dev', 'shop-staging'] as const

/** Shared by the scanners' tests and `infra plan`. One that covers nothing is an error too. */
export const stackWaivers: readonly StackWaiver[] = [
  {
    rule: 'CKV_AWS_144',
    resource: 'aws_s3_bucket.*',
    reason: 'No copy in another region: an hour of loss is allowed (R-2), and versions and backups keep that.',
    until,
  },
  {
    rule: 'CKV2_AWS_62',
    resource: 'aws_s3_bucket.*',
    reason: 'Nobody listens to events of buckets.',
    until,
  },
  {
    rule: 'CKV_AWS_145',
    resource: 'aws_s3_bucket.*access_logs_bucket',
    reason: 'The delivery of access logs cannot use a key of ours; S3 encrypts them with its own.',
    until,
  },
  {
    rule: 'CKV_AWS_116',
    resource: 'aws_lambda_function.secrets_rotation_function',
    reason: 'Secrets Manager calls it, sees its errors and tries again; a queue would hold nothing.',
    until,
  },
  {
    rule: 'CKV_AWS_272',
    resource: 'aws_lambda_function.secrets_rotation_function',
    reason: "The code is this repository's, and its hash is in the plan.",
    until,
  },
  ...['payment_provider', 'mail', 'api_keys'].map((name) => ({
    rule: 'CKV2_AWS_57',
    resource: `aws_secretsmanager_secret.secrets_${name}`,
    reason: 'Only who gave it can give another.',
    until,
  })),
  {
    rule: 'CKV_AWS_157',
    resource: 'aws_db_instance.database_instance',
    stacks: forTrying,
    reason: 'One zone is enough where nobody shops; prod has two.',
    until,
  },
  {
    rule: 'CKV_AWS_293',
    resource: 'aws_db_instance.database_instance',
    stacks: forTrying,
    reason: 'Made to be taken away again; prod is protected.',
    until,
  },
  {
    rule: 'CKV2_AWS_50',
    resource: 'aws_elasticache_replication_group.cache_redis',
    stacks: ['shop-dev'],
    reason: 'One node has none to fail over to; staging and prod have two.',
    until,
  },
]
