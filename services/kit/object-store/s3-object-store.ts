import { createHash } from 'node:crypto'
import type { PutObjectCommandInput, S3ClientConfig } from '@aws-sdk/client-s3'
import { segmentsOf } from './object-key.ts'
import { type NewObject, type ObjectStore, ObjectStoreFault } from './object-store.ts'
import type { ObjectStorePlace } from './object-store-url.ts'
import { nameOf, type OpenS3, openS3, s3Fault, statusOf } from './s3-client.ts'

type Parts = Omit<Extract<ObjectStorePlace, { kind: 's3' }>, 'kind'> & {
  /** Of one call to S3 from the first byte to the last, all tries together. */
  readonly deadlineMilliseconds?: number
  /** In place of what this process's environment says (region, endpoint, credentials). */
  readonly client?: S3ClientConfig
}

/** A folder of a bucket, reached as the AWS environment of this process says. */
export function s3ObjectStore(parts: Parts): ObjectStore {
  const { bucket, prefix, kmsKeyId, deadlineMilliseconds = 8_000, client: config = {} } = parts
  const folder = prefix === '' ? '' : `${prefix}/`
  const place = (key: string) => ({ Bucket: bucket, Key: `${folder}${segmentsOf(key).join('/')}` })
  const limits = (signal: AbortSignal | undefined) => {
    const deadline = AbortSignal.timeout(deadlineMilliseconds)
    return { abortSignal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]) }
  }
  let opened: Promise<OpenS3> | null = null
  const open = () => {
    opened ??= openS3(config)
    return opened
  }

  async function listed(prefix: string, signal: AbortSignal | undefined): Promise<readonly (string | undefined)[]> {
    const { library, client } = await open()
    const command = new library.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 })
    const { Contents = [] } = await client.send(command, limits(signal)).catch(s3Fault('does not list'))
    return Contents.map(({ Key }) => Key)
  }

  /** Who may list only a folder gets 403 for what is not there, and no 404. */
  async function isMissing(error: unknown, { key, signal }: { key: string; signal: AbortSignal | undefined }) {
    if (nameOf(error) === 'NoSuchKey') return true
    if (statusOf(error) !== 403) return false
    const { Key } = place(key)
    return !(await listed(Key, signal)).includes(Key)
  }

  async function get(key: string, signal?: AbortSignal): Promise<Uint8Array | null> {
    const { library, client } = await open()
    const command = new library.GetObjectCommand(place(key))
    const answer = await client.send(command, limits(signal)).catch(async (error: unknown) => {
      if (await isMissing(error, { key, signal })) return null
      return s3Fault('does not give')(error)
    })
    // The answer has begun by then; it can still be cut off.
    return (await answer?.Body?.transformToByteArray().catch(s3Fault('breaks off'))) ?? null
  }

  async function create({ key, bytes, contentType, sha256 }: NewObject, signal: AbortSignal | undefined) {
    const { library, client } = await open()
    // Without the header the bucket's own rule counts; with it and no key it would be a key of Amazon's.
    const encryption: Partial<PutObjectCommandInput> =
      kmsKeyId === null ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId, BucketKeyEnabled: true }
    const command = new library.PutObjectCommand({
      ...place(key),
      ...encryption,
      Body: bytes,
      ContentType: contentType,
      IfNoneMatch: '*',
      // S3 compares it with what arrived.
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    })
    return client.send(command, limits(signal)).then(
      () => 'created' as const,
      (error: unknown) => (statusOf(error) === 412 ? ('exists' as const) : s3Fault('does not take')(error)),
    )
  }

  return {
    get,

    async put(object, signal) {
      if ((await create(object, signal)) === 'created') return { outcome: 'created' }
      const stored = await get(object.key, signal)
      if (stored === null) throw new ObjectStoreFault('S3 has a document and does not give it')
      const storedSha256 = createHash('sha256').update(stored).digest('hex')
      return storedSha256 === object.sha256 ? { outcome: 'same' } : { outcome: 'other', storedSha256 }
    },

    /** By its own folder: a service may not ask for the whole bucket. */
    async check(signal) {
      await listed(folder, signal)
    },

    close() {
      void opened?.then(({ client }) => client.destroy()).catch(() => undefined)
    },
  }
}
