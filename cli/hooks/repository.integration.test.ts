import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findSecrets } from './find-secrets.ts'

const root = join(import.meta.dirname, '..', '..')

const textOf = (path: string): string => {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    // Deleted, and git does not know it yet.
    return ''
  }
}

test('nothing in the repository would be refused', () => {
  const listed = execFileSync('git', ['-C', root, 'ls-files', '-co', '--exclude-standard', '-z'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const files = listed.split('\0').filter(Boolean)
  expect(files.length).toBeGreaterThan(1000)
  const found = files.flatMap((path) => {
    const lines = textOf(path).split('\n')
    return findSecrets([{ path, lines: lines.map((text, index) => ({ number: index + 1, text })) }])
  })
  expect(found).toEqual([])
})
