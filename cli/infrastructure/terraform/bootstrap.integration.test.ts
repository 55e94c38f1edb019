import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { stateBucketName } from '../../../stacks/stack-reference.ts'
import { createS3ObjectStore } from '../records/s3-object-store.ts'
import { createMemoryObjectStore } from '../records/testing/memory-object-store.ts'
import { bootstrap } from './bootstrap.ts'
import { ignore, noEmulator, openTestAccount, region, s3Backend, stackJson } from './testing/emulator-stack.ts'

const why = noEmulator === '' ? '' : ` (skipped: ${noEmulator})`

describe.skipIf(noEmulator !== '')(`the bucket for states${why}`, () => {
  const open = async () => {
    const account = await openTestAccount()
    const bucket = stateBucketName(account.account)
    /** Only the bucket: what else belongs to the stack takes the provider a minute to wait for. */
    const write = (backend: 'local' | 's3') => (folder: string) =>
      writeFile(
        join(folder, 'cdk.tf.json'),
        stackJson({
          account: account.account,
          resources: { aws_s3_bucket: { state: { bucket, lifecycle: { prevent_destroy: true } } } },
          backend: backend === 'local' ? { local: { path: 'state.tfstate' } } : s3Backend(bucket, 'state.tfstate'),
        }),
      )
    return { account, bucket, write }
  }
  let opened: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    opened = await open()
    vi.stubEnv('AWS_ACCESS_KEY_ID', opened.account.account)
  })
  afterAll(() => opened.account.close())

  const run = (store = createS3ObjectStore({ bucket: opened.bucket, region }), write = opened.write) => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', opened.account.account)
    const { account, means } = opened.account
    const place = { environment: 'dev', account, region }
    return bootstrap({ place, store, terraform: means(), onEvent: ignore, write })
  }
  const localStates = () =>
    readdirSync(join(opened.account.runs, 'state')).filter((name) => name.startsWith('state.tfstate'))

  test('F18: an interrupted run is gone on with, and the state moves into the bucket that it tells of', async () => {
    const broken = (backend: 'local' | 's3') => {
      if (backend === 'local') return opened.write(backend)
      return async () => {
        throw new Error('interrupted between the apply and the move')
      }
    }
    await expect(run(undefined, broken)).rejects.toThrow('interrupted between')
    expect(localStates()).toContain('state.tfstate')
    // As an interrupt in the middle of the creation leaves it.
    const local = join(opened.account.runs, 'state', 'state.tfstate')
    const made = await readFile(local, 'utf8')
    await writeFile(local, made.replace('"schema_version"', '"status": "tainted", "schema_version"'))
    expect(await readFile(local, 'utf8')).not.toBe(made)

    expect(await run()).toEqual({ outcome: 'made', bucket: opened.bucket })
    expect(localStates()).toEqual([])
    const kept = await createS3ObjectStore({ bucket: opened.bucket, region }).read('state.tfstate')
    expect(JSON.parse(kept?.text ?? '')).toMatchObject({ resources: [{ type: 'aws_s3_bucket', name: 'state' }] })

    await writeFile(join(opened.account.runs, 'state', 'state.tfstate'), kept?.text ?? '')
    const writesNothing = () => async () => {
      throw new Error('written again')
    }
    expect(await run(undefined, writesNothing)).toEqual({ outcome: 'was-there', bucket: opened.bucket })
    expect(localStates()).toEqual([])
  }, 300_000)

  test('a bucket of somebody else, and one that no state knows, are refused', async () => {
    const foreign = createMemoryObjectStore(() => 'foreign')
    await expect(run(foreign)).rejects.toMatchObject({ code: 'STATE_BUCKET_FORBIDDEN', exitCode: 3 })
    await expect(run(createMemoryObjectStore())).rejects.toMatchObject({ code: 'STATE_BUCKET_UNKNOWN', exitCode: 3 })
  })
})
