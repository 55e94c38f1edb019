import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { prepareRunFolder } from './run-folder.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shopctl-run-folder-'))
  await writeFile(join(root, 'lock.hcl'), '# lock')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const prepare = (state: 's3' | 'empty' = 's3') =>
  prepareRunFolder({
    folder: join(root, 'run'),
    stack: 'shop-prod',
    environment: 'prod',
    write: (folder) => writeFile(join(folder, 'cdk.tf.json'), '{"synthesised":true}'),
    providerLock: join(root, 'lock.hcl'),
    state,
    now: new Date(),
  })
const inRun = (name: string) => join(root, 'run', name)

test('F28: what Terraform would read besides is taken away, and an edited configuration is written anew', async () => {
  await prepare()
  const left = ['offline_override.tf.json', 'override.tf', 'more.tf.json', 'a.auto.tfvars', 'terraform.tfvars.json']
  for (const name of [...left, 'cdk.tf.json', 'README.md']) await writeFile(inRun(name), 'edited')
  await prepare()
  expect((await readdir(join(root, 'run'))).toSorted()).toEqual(['.terraform.lock.hcl', 'README.md', 'cdk.tf.json'])
  expect(await readFile(inRun('cdk.tf.json'), 'utf8')).toBe('{"synthesised":true}')
})

test('the folder is open to its owner only, and has the committed provider lock', async () => {
  await prepare()
  expect((await stat(join(root, 'run'))).mode & 0o777).toBe(0o700)
  expect(await readFile(inRun('.terraform.lock.hcl'), 'utf8')).toBe('# lock')
})

test('a folder that cannot be written is told as that, with the place', async () => {
  await writeFile(join(root, 'run'), 'a file')
  await expect(prepare()).rejects.toMatchObject({
    code: 'STATE_NOT_WRITABLE',
    message: expect.stringContaining(join(root, 'run')),
  })
})

test('only a plan against nothing has the override, and it starts from nothing each time', async () => {
  await prepare('empty')
  expect(JSON.parse(await readFile(inRun('empty_override.tf.json'), 'utf8'))).toMatchObject({
    terraform: { backend: { local: { path: 'empty.tfstate' } } },
    provider: { aws: [{ allowed_account_ids: [] }] },
  })
  await writeFile(inRun('empty.tfstate'), '{}')
  await prepare('empty')
  expect(await readdir(join(root, 'run'))).not.toContain('empty.tfstate')
})

test('a state that never reached the bucket stops everything and is kept', async () => {
  await prepare()
  await writeFile(inRun('errored.tfstate'), '{}')
  await expect(prepare()).rejects.toMatchObject({
    code: 'STATE_NOT_SAVED',
    fix: expect.arrayContaining([expect.stringMatching(/^terraform -chdir=.* state push errored\.tfstate$/)]),
  })
  expect(await readdir(join(root, 'run'))).toContain('errored.tfstate')
})

test('a provider that is gone from the plugin cache is no longer linked, the others are', async () => {
  await prepare()
  const versions = inRun('.terraform/providers/registry.example/hashicorp/aws/6.0.0')
  await mkdir(versions, { recursive: true })
  await mkdir(join(root, 'cached'))
  await symlink(join(root, 'cached'), join(versions, 'linux_arm64'))
  await symlink(join(root, 'gone'), join(versions, 'linux_amd64'))
  await prepare()
  expect(await readdir(versions)).toEqual(['linux_arm64'])
  expect((await stat(join(root, 'cached'))).isDirectory()).toBe(true)
})

test('logs of last week go, those of this week stay', async () => {
  await prepare()
  const logs = join(root, 'run', 'logs')
  await mkdir(logs)
  for (const name of ['old.log', 'new.log']) await writeFile(join(logs, name), '')
  const longAgo = new Date(Date.now() - 8 * 24 * 3_600_000)
  await utimes(join(logs, 'old.log'), longAgo, longAgo)
  await prepare()
  expect(await readdir(logs)).toEqual(['new.log'])
})
