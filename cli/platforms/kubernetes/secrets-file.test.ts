import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openSecretsFile } from './secrets-file.ts'

// A passphrase is meant to take a processor a second or so, more where others want it too.
vi.setConfig({ testTimeout: 30_000 })

const canary = 'canary-3f1c9a7e52'

let repository: string
beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'shopctl secrets '))
})
afterEach(() => rm(repository, { recursive: true, force: true }))

const open = (variables: Record<string, string> = {}) =>
  openSecretsFile({ environment: 'staging', repository, variables })
const directory = () => join(repository, '.shopctl', 'secrets')

test('without a file there is nothing, and looking makes neither a file nor a key', async () => {
  expect(await open().read()).toEqual([])
  expect(await readdir(repository)).toEqual([])
})

test('a setting is for one service or for all, is replaced, and is taken out again', async () => {
  await open().set(['*', 'TOKEN', canary])
  await open().set(['orders', 'TOKEN', 'other'])
  await open().set(['orders', 'TOKEN', 'a=b # c'])
  const origin = join(directory(), 'staging.age')
  expect(await open().read()).toEqual([
    { service: '*', name: 'TOKEN', value: canary, origin },
    { service: 'orders', name: 'TOKEN', value: 'a=b # c', origin },
  ])
  expect(await open().unset({ service: 'users', name: 'TOKEN' })).toBe(false)
  expect(await open().unset({ service: '*', name: 'TOKEN' })).toBe(true)
  expect((await open().read()).map(({ service }) => service)).toEqual(['orders'])
})

test('the key is made once and the file shows no value; only their owner reads them', async () => {
  await open().set(['*', 'TOKEN', canary])
  const key = await readFile(join(directory(), 'key.txt'), 'utf8')
  await open().set(['*', 'OTHER', canary])
  expect(await readFile(join(directory(), 'key.txt'), 'utf8')).toBe(key)
  for (const name of await readdir(directory())) {
    expect(await readFile(join(directory(), name), 'utf8')).not.toContain(canary)
    expect((await stat(join(directory(), name))).mode & 0o777).toBe(0o600)
  }
  expect((await stat(directory())).mode & 0o777).toBe(0o700)
})

test('a passphrase opens what it closed, in a file elsewhere, and makes no key', async () => {
  const variables = { SHOPCTL_SECRETS_KEY: 'correct horse', SHOPCTL_SECRETS_FILE: join(repository, 'team.age') }
  await open(variables).set(['users', 'TOKEN', canary])
  expect((await open(variables).read())[0]).toMatchObject({ service: 'users', value: canary })
  expect(await readdir(directory())).toEqual([])
})

test.each([
  ['another passphrase', { SHOPCTL_SECRETS_KEY: 'wrong' }],
  ['another key', { SHOPCTL_SECRETS_KEY: 'AGE-SECRET-KEY-1NONSENSE' }],
])(
  '%s is refused without a word of either, and setting does not write over what it cannot read',
  async (_, variables) => {
    await open().set(['*', 'TOKEN', canary])
    const file = join(directory(), 'staging.age')
    const before = await readFile(file, 'utf8')
    const acts = [() => open(variables).read(), () => open(variables).set(['*', 'TOKEN', 'new'])]
    for (const act of acts) {
      const failure = await act().then(
        () => null,
        (error: unknown) => error,
      )
      expect(failure).toMatchObject({ code: 'SECRETS_LOCKED', exitCode: 3 })
      expect(JSON.stringify(failure)).not.toContain(variables.SHOPCTL_SECRETS_KEY)
    }
    expect(await readFile(file, 'utf8')).toBe(before)
  },
)

test.each(['', 'no age file', '-----BEGIN AGE ENCRYPTED FILE-----\nbroken'])(
  'a file of %j is refused',
  async (text) => {
    await open().set(['*', 'TOKEN', canary])
    await writeFile(join(directory(), 'staging.age'), text)
    await expect(open().read()).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  },
)

test('a file whose key is gone is refused, and no new key is made for it', async () => {
  await open().set(['*', 'TOKEN', canary])
  await rm(join(directory(), 'key.txt'))
  await expect(open().set(['*', 'TOKEN', 'new'])).rejects.toMatchObject({
    code: 'SECRETS_LOCKED',
    why: [expect.stringContaining('there is no key')],
  })
  expect(await readdir(directory())).toEqual(['staging.age'])
})
