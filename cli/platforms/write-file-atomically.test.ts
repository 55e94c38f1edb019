import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFileAtomically, writeFileAtomically } from './write-file-atomically.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-write-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('replaces the file, creates missing directories and leaves nothing else behind', async () => {
  const path = join(directory, 'deep', 'state.json')
  await writeFileAtomically(path, 'old')
  await writeFileAtomically(path, 'new')
  expect(await readFile(path, 'utf8')).toBe('new')
  expect(await readdir(join(directory, 'deep'))).toEqual(['state.json'])
})

test('of many who create the same file one wins and its text stays', async () => {
  const path = join(directory, 'one')
  const texts = Array.from({ length: 20 }, (_, index) => `writer ${index}`)
  const won = await Promise.all(texts.map((text) => createFileAtomically(path, text)))
  expect(won.filter(Boolean)).toHaveLength(1)
  expect(await readFile(path, 'utf8')).toBe(texts[won.indexOf(true)])
  expect(await readdir(directory)).toEqual(['one'])
})

test('a file where a directory should be is said as STATE_NOT_WRITABLE, not taken for a lost race', async () => {
  await writeFile(join(directory, 'lock'), '')
  await expect(createFileAtomically(join(directory, 'lock', '1'), 'x')).rejects.toMatchObject({
    code: 'STATE_NOT_WRITABLE',
    exitCode: 3,
  })
})

test('a directory where the file should be is said as STATE_NOT_WRITABLE and leaves no half file', async () => {
  await mkdir(join(directory, 'state.json'))
  await expect(writeFileAtomically(join(directory, 'state.json'), 'x')).rejects.toMatchObject({
    code: 'STATE_NOT_WRITABLE',
  })
  expect(await readdir(directory)).toEqual(['state.json'])
})
