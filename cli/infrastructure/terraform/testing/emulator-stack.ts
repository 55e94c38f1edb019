import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { repositoryRoot } from '../../../repository-root.ts'
import type { OnEvent, TerraformEvent } from '../../terraform.ts'
import { openTerraform, type TerraformMeans } from '../open-terraform.ts'

const endpoint = process.env.AWS_ENDPOINT_URL

/** Why there is no Terraform to test with; empty where there is one. */
export const noTerraform = spawnSync('terraform', ['version']).status === 0 ? '' : 'no terraform on PATH'
export const noEmulator = endpoint === undefined ? 'no AWS_ENDPOINT_URL' : noTerraform

/** The emulator keeps accounts apart by an access key of twelve digits. */
export const newAccount = (): string => String(randomInt(100_000_000_000, 999_999_999_999))

export const region = 'us-east-1'

type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export const parameter = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  name: `/shop/${name}`,
  type: 'String',
  value: '1',
  ...more,
})

/** The provider waits most of a minute for a lifecycle, whatever the server says: time to come between. */
export const slowResources = (bucket: string): Resources => ({
  aws_s3_bucket: { made: { bucket } },
  aws_s3_bucket_lifecycle_configuration: {
    slow: {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own
      bucket: '${aws_s3_bucket.made.id}',
      rule: [{ id: 'all', status: 'Enabled', filter: {}, expiration: { days: 1 } }],
    },
  },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own
  aws_ssm_parameter: { later: parameter('later', { value: '${aws_s3_bucket_lifecycle_configuration.slow.bucket}' }) },
})

export type Stack = { readonly resources: Resources; readonly backend: unknown; readonly account: string }

export const stackJson = ({ resources, backend, account }: Stack): string =>
  JSON.stringify({
    terraform: { required_providers: { aws: { source: 'aws', version: '5.100.0' } }, backend },
    provider: { aws: [{ region, allowed_account_ids: [account] }] },
    resource: resources,
    output: { canary: { value: 'canary-output', sensitive: true }, account: { value: account } },
  })

export const s3Backend = (bucket: string, key: string) => ({
  s3: { bucket, key, region, use_lockfile: true, encrypt: true },
})

const never = new AbortController().signal

/** A bucket for states in an account of its own, and a Terraform with resources that the test names. */
export const openTestAccount = async () => {
  const account = newAccount()
  const runs = await mkdtemp(join(tmpdir(), 'shopctl-terraform-'))
  const bucket = `states-${account}`
  const credentials = { accessKeyId: account, secretAccessKey: 'test' }
  const s3 = new S3Client({ region, credentials })
  const variables = { ...process.env, AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: region }

  const means = (more: Partial<TerraformMeans> = {}): TerraformMeans => ({
    environment: 'dev',
    root: repositoryRoot,
    runs,
    state: 's3',
    lockTimeoutSeconds: 0,
    interrupted: never,
    abandoned: never,
    now: () => new Date(),
    variables,
    ...more,
  })
  const write = (key: string, resources: Resources) => (folder: string) =>
    writeFile(join(folder, 'cdk.tf.json'), stackJson({ resources, account, backend: s3Backend(bucket, key) }))

  return {
    account,
    bucket,
    runs,
    s3,
    variables,
    means,
    write,
    terraform: (key: string, resources: Resources, more: Partial<TerraformMeans> = {}) =>
      openTerraform({ kind: 'registry' }, means({ write: write(key, resources), runs: join(runs, key), ...more })),
    createBucket: () => s3.send(new CreateBucketCommand({ Bucket: bucket })),
    keys: async () =>
      ((await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents ?? []).map(({ Key }) => Key),
    deleteObject: (Key: string) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key })),
    close: () => rm(runs, { recursive: true, force: true }),
  }
}
export type TestAccount = Awaited<ReturnType<typeof openTestAccount>>

export const ignore: OnEvent = () => undefined

/** Settles when an event arrives that is wanted; the listener is to be handed to Terraform. */
export const untilEvent = (isWanted: (event: TerraformEvent) => boolean) => {
  const { promise, resolve } = Promise.withResolvers<TerraformEvent>()
  const onEvent: OnEvent = (event) => {
    if (isWanted(event)) resolve(event)
  }
  return { seen: promise, onEvent }
}
