import { type PlannedResource, type PlannedStack, recordsOf, valueAt } from '../planned-stack.ts'
import type { Rule } from '../rule.ts'

const blocks = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'] as const

const partsOf = (bucket: PlannedResource, stack: PlannedStack, part: string): readonly PlannedResource[] =>
  stack.partsOf(bucket, { type: `aws_s3_bucket_${part}`, attribute: 'bucket' })

const isEncrypted = ({ values }: PlannedResource): boolean =>
  recordsOf(values.rule).some(
    ({ apply_server_side_encryption_by_default: byDefault }) => recordsOf(byDefault).length > 0,
  )

export const storageRules: readonly Rule[] = [
  {
    id: 'public-bucket',
    severity: 'critical',
    exposes: true,
    types: ['aws_s3_bucket'],
    reads: [],
    remedy: 'make the bucket with stacks/bucket.ts, which blocks public access in all four ways',
    breach: (bucket, stack) => {
      const [block] = partsOf(bucket, stack, 'public_access_block')
      if (block === undefined)
        return 'Nothing would keep its files from being made public: it has no public access block.'
      const off = blocks.filter((name) => block.values[name] !== true && !block.unknown.has(name))
      return off.length === 0 ? null : `Its files could be made public: ${off.join(', ')} of ${block.address} is off.`
    },
  },
  {
    id: 'unencrypted-bucket',
    severity: 'high',
    exposes: false,
    types: ['aws_s3_bucket'],
    reads: [],
    remedy: 'make the bucket with stacks/bucket.ts, which gives it a key',
    breach: (bucket, stack) =>
      partsOf(bucket, stack, 'server_side_encryption_configuration').some(isEncrypted)
        ? null
        : 'How its files are encrypted is not said: it has no encryption configuration.',
  },
  {
    id: 'unversioned-bucket',
    severity: 'high',
    exposes: false,
    types: ['aws_s3_bucket'],
    reads: [],
    remedy: 'make the bucket with stacks/bucket.ts, which keeps older versions',
    breach: (bucket, stack) => {
      const [versioning] = partsOf(bucket, stack, 'versioning')
      const status = valueAt(versioning?.values, 'versioning_configuration.0.status')
      return status === 'Enabled' ? null : 'A file that is overwritten or deleted is lost: it keeps no older versions.'
    },
  },
]
