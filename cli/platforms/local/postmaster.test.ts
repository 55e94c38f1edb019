import { expect, test } from 'vitest'
import { parsePostmasterFile } from './postmaster.ts'

const ready = '4711\n/state/postgres/data\n1795355920\n37545\n\n127.0.0.1\n  1234  5\nready   \n'

test('a whole file says who serves where, and that it does', () => {
  expect(parsePostmasterFile(ready)).toEqual({ processId: 4711, port: 37545, status: 'ready' })
})

test('a file that is still being written is a server that starts', () => {
  expect(parsePostmasterFile('4711\n/state/postgres/data\n')).toEqual({ processId: 4711, port: 0, status: 'starting' })
})

test('an empty file is no server', () => {
  expect(parsePostmasterFile('')).toBeNull()
})
