import { expect, test } from 'vitest'
import { parseProcStat } from './proc-stat.ts'
import { parsePs } from './process-facts.ts'

const after = '4 34816 9 4194304 1 2 3 4 5 6 7 8 20 0 1 0 146000 1000 200'

test('a name with blanks and parentheses does not shift the fields', () => {
  const text = `4711 (tmux: (a) b) S 12 4711 4711 34816 4711 4194304 1 2 3 4 5 6 7 8 20 0 1 0 146000 1000 200`
  expect(parseProcStat(text)).toEqual({ processId: 4711, start: '146000', zombie: false, parentId: 12, groupId: 4711 })
})

test('a dead process that nobody collected is a zombie', () => {
  expect(parseProcStat(`7 (node) Z 1 7 7 ${after}`)?.zombie).toBe(true)
})

test('text that is cut off is no process', () => {
  expect(parseProcStat('')).toBeNull()
  expect(parseProcStat('7 (node) S 1')).toBeNull()
})

test('the list of ps is read with its start times', () => {
  const text = ' 3466  3447  3466 Ss   Sun Nov 22 13:34:32 2026    \n   12     1    12 Z+   Sun Nov  1 03:04:05 2026\n'
  expect(parsePs(text)).toEqual([
    { processId: 3466, parentId: 3447, groupId: 3466, zombie: false, start: 'Sun Nov 22 13:34:32 2026' },
    { processId: 12, parentId: 1, groupId: 12, zombie: true, start: 'Sun Nov  1 03:04:05 2026' },
  ])
})
