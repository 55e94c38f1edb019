import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { logSize, readLogTail } from './log-tail.ts'

let directory: string
let file: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-log-'))
  file = join(directory, 'log')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('the last lines are read, oldest first', async () => {
  await writeFile(file, 'one\ntwo\n\nthree\n')
  expect(await readLogTail(file, { after: 0, lines: 2 })).toEqual(['two', 'three'])
})

test('what was written before is left out', async () => {
  await writeFile(file, 'before\n')
  const after = await logSize(file)
  await writeFile(file, 'now\n', { flag: 'a' })
  expect(await readLogTail(file, { after, lines: 9 })).toEqual(['now'])
})

test('a log that is not there, or was emptied meanwhile, has no lines', async () => {
  expect(await logSize(file)).toBe(0)
  expect(await readLogTail(file, { after: 0, lines: 9 })).toEqual([])
  await writeFile(file, '')
  expect(await readLogTail(file, { after: 100, lines: 9 })).toEqual([])
})
