import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readOrMakeSecret, readSecret } from './stored-secret.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-secret-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('a secret is made once, safe in a URL, for its owner alone', async () => {
  expect(await readSecret(directory, 'admin')).toBeNull()
  const secret = await readOrMakeSecret(directory, 'admin')
  expect(secret).toMatch(/^[\w-]{32}$/)
  expect(await readOrMakeSecret(directory, 'admin')).toBe(secret)
  expect(await readSecret(directory, 'admin')).toBe(secret)
  expect((await stat(join(directory, 'admin'))).mode & 0o777).toBe(0o600)
})

test('of many who make the same secret at once all get the same one', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => readOrMakeSecret(directory, 'admin')))
  expect(new Set(made).size).toBe(1)
})

test('each name has its own secret', async () => {
  expect(await readOrMakeSecret(directory, 'one')).not.toBe(await readOrMakeSecret(directory, 'two'))
})
