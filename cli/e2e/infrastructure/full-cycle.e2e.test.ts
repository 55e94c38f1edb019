import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { DeletePublicAccessBlockCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { askEc2, askJson, attributeIn } from './foreign-hand.ts'
import { createInfraShop, type InfraShop } from './infra-shop.ts'
import { clientOf, noEmulator, onEmulator } from './test-account.ts'

let shop: InfraShop
beforeAll(async () => {
  if (noEmulator === null) shop = await createInfraShop()
})
afterAll(async () => shop?.close())

const dev = ['--env', 'dev'] as const

/** Runs a command that must end so; its whole output tells why where it does not. */
const expectExit = async (code: number, words: readonly string[]) => {
  const result = await shop.run(words)
  if (result.code !== code) {
    throw new Error(`${words.join(' ')} exited ${result.code}, not ${code}:\n${result.stdout}\n${result.stderr}`)
  }
  return result
}

const upSchema = z.object({
  outcome: z.enum(['applied', 'unchanged']),
  digest: z.string(),
  record: z.string().nullable(),
  first: z.array(z.string()),
  outputs: z.record(z.string(), z.unknown()),
  secrets: z.object({ generated: z.array(z.string()) }),
})

const driftSchema = z.object({
  outcome: z.enum(['none', 'drift']),
  differences: z.array(
    z.object({
      address: z.string(),
      kind: z.string(),
      attribute: z.string().nullable(),
      expected: z.string().nullable(),
      found: z.string().nullable(),
      meaning: z.string(),
      remedy: z.string(),
    }),
  ),
  untracked: z.array(z.object({ arn: z.string() })).nullable(),
})

const lookForDrift = (code: number) => shop.ask(['infra', 'drift', ...dev], { code, schema: driftSchema })

const openGroup = 'aws_security_group.database_access_group'
const closedBucket = 'aws_s3_bucket_public_access_block.storage_uploads_public_access'
const logGroup = 'aws_cloudwatch_log_group.cluster_log_group'
const key = 'aws_kms_key.keys_storage_key'
const secret = 'aws_secretsmanager_secret.secrets_mail'

/** What somebody does who knows nothing of Terraform. */
const changeBehindItsBack = async (): Promise<void> => {
  const { account } = shop
  const state = await shop.get('shop-dev.tfstate')
  const s3 = new S3Client(clientOf(account))
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket: attributeIn(state, closedBucket, 'bucket') }))
  s3.destroy()
  await askEc2(account, {
    Action: 'AuthorizeSecurityGroupIngress',
    GroupId: attributeIn(state, openGroup, 'id'),
    'IpPermissions.1.IpProtocol': 'tcp',
    'IpPermissions.1.FromPort': '22',
    'IpPermissions.1.ToPort': '22',
    'IpPermissions.1.IpRanges.1.CidrIp': '0.0.0.0/0',
  })
  await askJson(account, {
    service: 'logs',
    target: 'Logs_20140328.PutRetentionPolicy',
    request: { logGroupName: attributeIn(state, logGroup, 'name'), retentionInDays: 1 },
  })
  await askJson(account, {
    service: 'kms',
    target: 'TrentService.DisableKeyRotation',
    request: { KeyId: attributeIn(state, key, 'key_id') },
  })
  await askJson(account, {
    service: 'secretsmanager',
    target: 'secretsmanager.UpdateSecret',
    request: { SecretId: attributeIn(state, secret, 'arn'), Description: 'changed by hand' },
  })
}

/** In this order: each goes on where the one before ended. */
describe.skipIf(noEmulator !== null)(onEmulator('F30: an installation from nothing to nothing'), () => {
  test('F5, F6: the first up makes the bucket, the registry and the shop, by the plan that it shows', async () => {
    const result = await shop.ask(['infra', 'up', ...dev, '--yes'], { code: 0, schema: upSchema })
    expect(result).toMatchObject({ outcome: 'applied', first: ['state', 'registry'] })
    expect(result.outputs).toMatchObject({ cluster_name: 'shop-dev', region: 'us-east-1' })
    expect(result.secrets.generated).toContain('shop/dev/jwt-signing-keys')
    const [record] = await shop.records('shop-dev')
    expect(record).toMatchObject({
      id: result.record,
      outcome: 'done',
      who: 'ada@e2e',
      planDigest: result.digest,
      commit: { subject: 'Use an account of our own', dirty: false },
      tainted: [],
      failed: [],
    })
    expect(record?.done).toBe(record?.changes.length)
    expect(await shop.keys('')).toEqual(
      expect.arrayContaining(['state.tfstate', 'registry.tfstate', 'shop-dev.tfstate']),
    )
    expect((await shop.keys('')).filter((name) => name.endsWith('.tflock'))).toEqual([])
  })

  test('F5: a second up has nothing to change and applies nothing; F18: nor has a second bootstrap', async () => {
    const result = await shop.ask(['infra', 'up', ...dev, '--yes'], { code: 0, schema: upSchema })
    expect(result).toMatchObject({ outcome: 'unchanged', record: null, secrets: { generated: [] } })
    expect(await shop.records('shop-dev')).toHaveLength(1)
    const again = await expectExit(0, ['infra', 'bootstrap', ...dev])
    expect(again.stdout).toContain('was there already; nothing was changed')
  })

  test('F5, F29: a plan ends with 0, and its digest is that of the file that it names', async () => {
    const schema = z.object({
      outcome: z.literal('unchanged'),
      file: z.string(),
      digest: z.string(),
      changes: z.tuple([]),
    })
    const { file, digest } = await shop.ask(['infra', 'plan', ...dev], { code: 0, schema })
    expect(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ).toBe(digest)
  })

  test('F19, F20: right after an up there is no drift', async () => {
    expect(await lookForDrift(0)).toMatchObject({ outcome: 'none', differences: [], untracked: [] })
  })

  test('F19: what is changed behind its back is found, what opens something first', async () => {
    await changeBehindItsBack()
    const { differences } = await lookForDrift(2)
    const of = (address: string) => differences.find((one) => one.address === address)
    expect(of(closedBucket)).toMatchObject({ kind: 'deleted', meaning: 'exposure' })
    expect(of(openGroup)).toMatchObject({ meaning: 'exposure', found: expect.stringContaining('0.0.0.0/0') })
    expect(of(logGroup)).toMatchObject({ attribute: 'retention_in_days', expected: '365', found: '1' })
    expect(of(key)).toMatchObject({ attribute: 'enable_key_rotation', expected: 'true', found: 'false' })
    expect(of(secret)).toMatchObject({ attribute: 'description', found: expect.stringContaining('changed by hand') })
    const exposures = differences.filter(({ meaning }) => meaning === 'exposure').length
    expect(differences.slice(0, exposures).every(({ meaning }) => meaning === 'exposure')).toBe(true)
    const status = await expectExit(0, ['infra', 'status', ...dev])
    expect(status.stdout).toMatch(/shop-dev +\d+ +\d+ \(/)
  })

  test('F19: up puts back what is managed here; the rule of a stranger is still told', async () => {
    const result = await shop.ask(['infra', 'up', ...dev, '--yes'], { code: 0, schema: upSchema })
    expect(result.outcome).toBe('applied')
    const { differences } = await lookForDrift(2)
    expect(differences.map(({ address }) => address)).toEqual([openGroup])
    expect(differences[0]).toMatchObject({ meaning: 'exposure', remedy: expect.stringContaining('remove') })
  })

  test('F25: down destroys the shop and leaves the registry and the bucket; a second one has nothing to do', async () => {
    const result = await expectExit(0, ['infra', 'down', ...dev, '--yes'])
    expect(result.stdout).toContain('shop-dev is gone')
    const state = z
      .object({ resources: z.array(z.unknown()) })
      .parse(JSON.parse((await shop.get('shop-dev.tfstate')) ?? ''))
    expect(state.resources).toEqual([])
    const registry = z.object({ resources: z.array(z.unknown()) })
    expect(registry.parse(JSON.parse((await shop.get('registry.tfstate')) ?? '')).resources).not.toEqual([])
    const again = await expectExit(0, ['infra', 'down', ...dev, '--yes'])
    expect(again.stdout).toContain('There is nothing of shop-dev')
    expect(await shop.records('shop-dev')).toMatchObject([
      { verb: 'down', outcome: 'done' },
      { verb: 'up' },
      { verb: 'up' },
    ])
  })
})
