import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { s3ObjectStore } from './s3-object-store.ts'
import { objectOf, objectStoreContract } from './testing/object-store-contract.ts'
import { type S3StandIn, s3StandIn } from './testing/s3-stand-in.ts'

const bucket = 'shop-documents'
const credentials = { accessKeyId: 'tests', secretAccessKey: 'tests' }
let s3: S3StandIn
const open = (prefix: string, { kmsKeyId = null, deadlineMilliseconds = 5_000 }: Partial<Options> = {}) =>
  s3ObjectStore({
    bucket,
    prefix,
    kmsKeyId,
    deadlineMilliseconds,
    client: { endpoint: s3.endpoint, region: 'eu-central-1', credentials },
  })
type Options = { readonly kmsKeyId: string | null; readonly deadlineMilliseconds: number }

beforeAll(async () => {
  s3 = await s3StandIn(bucket)
})
beforeEach(() => s3.trouble(null))
afterAll(() => s3.close())

describe('a bucket', () => {
  objectStoreContract(open)
})

test('objects are below the prefix, with their type, and S3 is given their checksum', async () => {
  await open('shop/a').put(objectOf('b/c.pdf', 'c'))
  expect([...s3.objects.keys()]).toContain('shop/a/b/c.pdf')
  expect(s3.calls.at(-1)).toMatchObject({
    method: 'PUT',
    headers: { 'content-type': 'application/pdf', 'if-none-match': '*', 'x-amz-checksum-sha256': expect.any(String) },
  })
  expect(s3.calls.at(-1)?.headers).not.toHaveProperty('x-amz-server-side-encryption')
})

test('a key of its own is named with each object', async () => {
  await open('encrypted', { kmsKeyId: 'alias/documents' }).put(objectOf('c.pdf', 'c'))
  expect(s3.calls.at(-1)?.headers).toMatchObject({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'alias/documents',
    'x-amz-server-side-encryption-bucket-key-enabled': 'true',
  })
})

test('where a missing object is answered 403, the list tells that it is missing', async () => {
  const hiding = await s3StandIn(bucket)
  try {
    hiding.hideMissing()
    const client = { endpoint: hiding.endpoint, region: 'eu-central-1', credentials }
    const store = s3ObjectStore({ bucket, prefix: 'shop', kmsKeyId: null, client })
    expect(await store.get('a.pdf')).toBeNull()
    expect(hiding.calls.at(-1)?.path).toContain('prefix=shop%2Fa.pdf')
  } finally {
    await hiding.close()
  }
})

const troubles = [
  { status: 403, code: 'AccessDenied' },
  { status: 404, code: 'NoSuchBucket' },
  { status: 409, code: 'ConditionalRequestConflict' },
  { status: 500, code: 'InternalError' },
  { status: 503, code: 'SlowDown' },
  'hang',
] as const
test.each(troubles)('%j is a fault of the storage, never "there is none"', async (trouble) => {
  const store = open('trouble', { deadlineMilliseconds: 1_500 })
  s3.trouble(trouble)
  const fault = { name: 'ObjectStoreFault' }
  await expect(store.put(objectOf('a.pdf', 'a'))).rejects.toMatchObject(fault)
  await expect(store.get('a.pdf')).rejects.toMatchObject(fault)
  await expect(store.check()).rejects.toMatchObject(fault)
})

test('an answer that is cut off is a fault, not a shorter object', async () => {
  s3.trouble('cut-off')
  await expect(open('cut').get('a.pdf')).rejects.toMatchObject({ name: 'ObjectStoreFault' })
})

test('who is told to stop stops', async () => {
  s3.trouble('hang')
  const stopping = new AbortController()
  const answer = open('stop').get('a.pdf', stopping.signal)
  setImmediate(() => stopping.abort())
  await expect(answer).rejects.toMatchObject({ name: 'ObjectStoreFault', cause: { name: 'AbortError' } })
})

const emulator = process.env.AWS_ENDPOINT_URL ?? ''
describe.skipIf(emulator === '')(emulator === '' ? 'S3 itself (skipped: no AWS_ENDPOINT_URL)' : 'S3 itself', () => {
  const account = String(randomInt(100_000_000_000, 999_999_999_999))
  const own = `shop-documents-${account}`
  const client = { region: 'us-east-1', credentials: { accessKeyId: account, secretAccessKey: 'tests' } }

  beforeAll(async () => {
    const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3')
    await new S3Client(client).send(new CreateBucketCommand({ Bucket: own }))
  })
  objectStoreContract((prefix) => s3ObjectStore({ bucket: own, prefix, kmsKeyId: null, client }))
})
