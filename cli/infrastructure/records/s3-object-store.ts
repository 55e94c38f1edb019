import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { awsFailure, isStatus } from './aws-failure.ts'
import type { ObjectStore, WriteCondition } from './object-store.ts'

/** Shorter than the lock's time to live: a service that does not answer must not keep its holder from noticing. */
const answerSeconds = 10

const conditionOf = (condition: WriteCondition) => {
  if (condition === 'new') return { IfNoneMatch: '*' }
  return condition === 'whatever-is-there' ? {} : { IfMatch: condition.replaces }
}

const isNamed = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name)

type BucketPlace = {
  readonly bucket: string
  readonly region: string
  /** In place of what this process's environment says; tests ask as another account. */
  readonly client?: S3ClientConfig
}

/**
 * The state bucket by S3's conditional writes. Throws AWS_NOT_LOGGED_IN, AWS_FORBIDDEN (refused) or AWS_UNREACHABLE
 * (unknown); an answer takes at most 10 s.
 */
export const createS3ObjectStore = ({ bucket, region, client: own = {} }: BucketPlace): ObjectStore => {
  let opened: Promise<{ readonly library: typeof import('@aws-sdk/client-s3'); readonly client: S3Client }> | null =
    null
  // A fifth of a second of imports that only a command that comes here pays.
  const open = () => {
    opened ??= import('@aws-sdk/client-s3').then((library) => ({
      library,
      client: new library.S3Client({ region, maxAttempts: 2, ...own }),
    }))
    return opened
  }
  const limits = () => ({ abortSignal: AbortSignal.timeout(answerSeconds * 1000) })
  const failed = (error: unknown, doing: string) => awsFailure(error, { doing: `asked ${doing} of ${bucket}` })

  return {
    bucket,

    async standing() {
      const { library, client } = await open()
      return client.send(new library.HeadBucketCommand({ Bucket: bucket }), limits()).then(
        () => 'there' as const,
        (error: unknown) => {
          if (isStatus(error, 404)) return 'missing'
          if (isStatus(error, 403)) return 'foreign'
          throw failed(error, 'for the state bucket')
        },
      )
    },

    async read(key) {
      const { library, client } = await open()
      const command = new library.GetObjectCommand({ Bucket: bucket, Key: key })
      const answer = await client.send(command, limits()).catch((error: unknown) => {
        if (isNamed(error, 'NoSuchKey', 'NoSuchBucket')) return null
        throw failed(error, `for ${key}`)
      })
      if (answer?.Body === undefined) return null
      // The answer has begun by then; it can still be cut off.
      const text = await answer.Body.transformToString().catch((error: unknown) => {
        throw failed(error, `for all of ${key}`)
      })
      return { text, version: answer.ETag ?? '' }
    },

    async write(key, { text, condition }) {
      const { library, client } = await open()
      const object = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' }
      const command = new library.PutObjectCommand({ ...object, ...conditionOf(condition) })
      const answer = await client.send(command, limits()).catch((error: unknown) => {
        // 409: two conditional writes met and this one lost. NoSuchKey: what it would replace is gone.
        if (isNamed(error, 'PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey')) return null
        throw failed(error, `to keep ${key}`)
      })
      return answer === null ? null : (answer.ETag ?? '')
    },

    async list(prefix) {
      const { library, client } = await open()
      const keys: string[] = []
      let next: string | undefined
      do {
        const page = { Bucket: bucket, Prefix: prefix, ...(next === undefined ? {} : { ContinuationToken: next }) }
        const answer = await client.send(new library.ListObjectsV2Command(page), limits()).catch((error: unknown) => {
          if (isNamed(error, 'NoSuchBucket')) return null
          throw failed(error, `for what begins with ${prefix}`)
        })
        keys.push(...(answer?.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])))
        next = answer?.IsTruncated === true ? answer.NextContinuationToken : undefined
      } while (next !== undefined)
      return keys
    },
  }
}
