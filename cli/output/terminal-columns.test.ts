import { expect, test } from 'vitest'
import { terminalColumns } from './terminal-columns.ts'

test('a terminal has the width that it says', () => {
  expect(terminalColumns({ isTTY: true, columns: 80 })).toBe(80)
})

test.each([{ isTTY: true, columns: 0 }, { isTTY: true }, { isTTY: false, columns: 80 }, {}])(
  '%o has no width to keep to',
  (stream) => {
    expect(terminalColumns(stream)).toBeNull()
  },
)
