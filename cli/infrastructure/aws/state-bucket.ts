import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { ObjectStore } from '../records/object-store.ts'
import type { AwsPlace } from './check-account.ts'

const ofSomebodyElse = (bucket: string, { environment, account }: AwsPlace): ShopctlError =>
  new ShopctlError({
    code: 'STATE_BUCKET_FORBIDDEN',
    outcome: 'refused',
    what: `The bucket ${bucket} for the state of ${environment} is not open to you; nothing was changed.`,
    why: [`S3 answered 403: it belongs to another account than ${account}, or you may not list it (s3:ListBucket)`],
    fix: ['aws sts get-caller-identity', `aws s3api head-bucket --bucket ${bucket} --expected-bucket-owner ${account}`],
  })

export type StateBucketStanding = 'there' | 'missing'

/**
 * Whether the account has its bucket for states. Throws STATE_BUCKET_FORBIDDEN (refused) where somebody else has it, and
 * what the store throws.
 */
export const readStateBucket = async (store: ObjectStore, place: AwsPlace): Promise<StateBucketStanding> => {
  const standing = await store.standing()
  if (standing === 'foreign') throw ofSomebodyElse(store.bucket, place)
  return standing
}
