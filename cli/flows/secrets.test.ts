import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { environments } from '../../stacks/environments.ts'
import { type SecretsMeans, setSecret, unsetSecret } from './secrets.ts'
import { listSecrets } from './secrets-list.ts'

let repository: string
beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'shopctl-secrets-'))
})
afterEach(() => rm(repository, { recursive: true, force: true }))

const means = (environment: keyof typeof environments = 'dev'): SecretsMeans => ({
  environment: environments[environment],
  repository,
  variables: {},
  signal: new AbortController().signal,
  keepSecret: () => undefined,
})

test('the list has names and sources, those for all services first, and no value', async () => {
  await setSecret(means(), { service: 'orders', name: 'MAIL_KEY' }, 'canary-one\n')
  await setSecret(means(), { service: 'users', name: 'MAIL_KEY' }, 'canary-two')
  const { file } = await setSecret(means(), { service: '*', name: 'TOKEN' }, 'canary-three\r\n')
  const listed = await listSecrets(means())
  expect(listed.aws).toBeNull()
  expect(listed.secrets).toEqual([
    { service: '*', name: 'TOKEN', source: file },
    { service: 'users', name: 'MAIL_KEY', source: file },
    { service: 'orders', name: 'MAIL_KEY', source: file },
  ])
})

test.each([
  ['', 'it is empty'],
  ['\n', 'it is empty'],
  ['canary\nsecond line', 'more than one line'],
  [' canary', 'begins or ends with a space'],
])('the value %j is refused without being said, and nothing is kept', async (value, why) => {
  const failure = await setSecret(means(), { service: '*', name: 'TOKEN' }, value).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'SECRET_UNUSABLE', exitCode: 3, why: [expect.stringContaining(why)] })
  expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain('canary')
  expect((await listSecrets(means())).secrets).toEqual([])
})

test('what is not set cannot be taken out, and is not mistaken for that of another service', async () => {
  await setSecret(means(), { service: 'orders', name: 'TOKEN' }, 'value')
  await expect(unsetSecret(means(), { service: '*', name: 'TOKEN' })).rejects.toMatchObject({
    code: 'SECRET_NOT_SET',
    fix: ['shopctl secrets list --env dev'],
  })
  await unsetSecret(means(), { service: 'orders', name: 'TOKEN' })
  expect((await listSecrets(means())).secrets).toEqual([])
})

test('the local environment, which keeps its settings elsewhere, is refused', async () => {
  const acts = [
    () => listSecrets(means('local')),
    () => setSecret(means('local'), { service: '*', name: 'A' }, 'value'),
  ]
  for (const act of acts) {
    await expect(act()).rejects.toMatchObject({ code: 'NO_SECRETS_HERE', exitCode: 3 })
  }
})
