import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolders } from './make-folders.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shopctl-folders-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

test('all folders of a path are made, and those that are there are left alone', async () => {
  await makeFolders(join(root, 'a', 'b'))
  await makeFolders(join(root, 'a', 'b', 'c'))
  await makeFolders(join(root, 'a', 'b', 'c'))
  expect((await stat(join(root, 'a', 'b', 'c'))).isDirectory()).toBe(true)
})

test('several that make the same path at once all have it', async () => {
  const path = join(root, 'x', 'y', 'z')
  await Promise.all(Array.from({ length: 8 }, () => makeFolders(path)))
  expect((await stat(path)).isDirectory()).toBe(true)
})

test('a file in the way is an error that names it', async () => {
  const file = join(root, 'file')
  await writeFile(file, '')
  await expect(makeFolders(file)).rejects.toThrow(/EEXIST.*file/)
  await expect(makeFolders(join(file, 'a', 'b'))).rejects.toThrow(/EEXIST.*file/)
})

// There a folder cannot be made in one that is there, which Node's recursive mkdir tries for ever.
test.skipIf(process.platform !== 'linux')('a file system that takes no folders is told at once', async () => {
  await expect(makeFolders('/proc/x/local')).rejects.toThrow(/ENOENT.*\/proc\/x/)
})
