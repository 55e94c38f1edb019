import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { acquireLock } from '../../releases/lock.ts'
import { systemLockClock } from '../../releases/system-lock-clock.ts'
import { lockStoreContract } from '../../releases/testing/lock-store-contract.ts'
import { createS3LockStore } from './s3-lock-store.ts'
import { createS3ObjectStore } from './s3-object-store.ts'

const isThere = (process.env.AWS_ENDPOINT_URL ?? '') !== ''
const region = 'us-east-1'
const account = String(randomInt(100_000_000_000, 999_999_999_999))
const bucket = `shop-terraform-state-${account}`
const open = (name = bucket) => createS3ObjectStore({ bucket: name, region })

describe.skipIf(!isThere)(isThere ? 'the state bucket' : 'the state bucket (skipped: no AWS_ENDPOINT_URL)', () => {
  // The emulator takes an access key of 12 digits for the account.
  beforeAll(async () => {
    process.env.AWS_ACCESS_KEY_ID = account
    const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3')
    await new S3Client({ region }).send(new CreateBucketCommand({ Bucket: bucket }))
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    const library = await import('@aws-sdk/client-s3')
    const client = new library.S3Client({ region })
    for (const key of await open().list('')) {
      await client.send(new library.DeleteObjectCommand({ Bucket: bucket, Key: key }))
    }
    await client.send(new library.DeleteBucketCommand({ Bucket: bucket }))
  })

  lockStoreContract(async (name) => createS3LockStore(open(), name))

  test('whoever asks for a held lock learns who has it, and gets it when it was given back', async () => {
    const request = {
      environment: 'the dev installation',
      holder: 'ada',
      reason: 'up',
      command: 'infra up --env dev',
      timeToLiveSeconds: 30,
      waitSeconds: 0,
      signal: new AbortController().signal,
      onWait: () => undefined,
    }
    const store = createS3LockStore(open(), 'held')
    const { lock } = await acquireLock(store, request, systemLockClock())
    await expect(acquireLock(store, { ...request, holder: 'bob' }, systemLockClock())).rejects.toMatchObject({
      code: 'LOCK_HELD',
      outcome: 'refused',
      why: expect.arrayContaining([expect.stringContaining('ada')]),
    })
    expect(await lock.release()).toEqual({ outcome: 'given-back' })
    const second = await acquireLock(store, { ...request, holder: 'bob' }, systemLockClock())
    expect(second.found).toBe('free')
    await second.lock.release()
  })

  test('where there is no bucket there is nothing to read, and a bucket of somebody else is told apart', async () => {
    const missing = open(`${bucket}-missing`)
    expect(await missing.standing()).toBe('missing')
    expect(await missing.read('anything')).toBeNull()
    expect(await missing.list('')).toEqual([])
    expect(await open().standing()).toBe('there')
    vi.stubEnv('AWS_ACCESS_KEY_ID', String(randomInt(100_000_000_000, 999_999_999_999)))
    expect(await open().standing()).toBe('foreign')
  })

  test('an answer that is cut off is unknown, not a shorter object', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': '100', etag: '"1"' })
      response.write('half', () => response.destroy())
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
    await expect(open().read('anything')).rejects.toMatchObject({ code: 'AWS_UNREACHABLE', outcome: 'unknown' })
    server.close()
  })

  test('a service that nobody answers for is unknown, not empty', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')
    await expect(open().read('anything')).rejects.toMatchObject({ code: 'AWS_UNREACHABLE', outcome: 'unknown' })
  })
})
