import { expect, test } from 'vitest'
import { createPalette } from './palette.ts'
import { type Column, renderTable } from './table.ts'

type Row = { readonly release: number; readonly state: string; readonly why: string }
const rows: readonly Row[] = [
  { release: 9, state: 'succeeded', why: 'first' },
  { release: 10, state: 'rolled-back', why: 'a \u001B[31mred\u001B[0m\nword' },
]
const columns: readonly Column<Row>[] = [
  { title: 'release', value: ({ release }) => String(release), align: 'right' },
  { title: 'state', value: ({ state }) => state },
  { title: 'why', value: ({ why }) => why },
]

test('columns are aligned under their titles and nothing trails', () => {
  expect(renderTable({ columns, rows, width: 80 })).toBe(
    ['release  state        why', '      9  succeeded    first', '     10  rolled-back  a red word'].join('\n'),
  )
})

test('a narrow terminal gets one field on each line, empty ones left out', () => {
  const narrow = renderTable({ columns, rows: [...rows, { release: 11, state: 'succeeded', why: '' }], width: 20 })
  expect(narrow).toBe(
    [
      'release  9',
      'state    succeeded',
      'why      first',
      '',
      'release  10',
      'state    rolled-back',
      'why      a red word',
      '',
      'release  11',
      'state    succeeded',
    ].join('\n'),
  )
})

test('off a terminal a row is one line, however long', () => {
  const long = [{ release: 1, state: 'x'.repeat(300), why: '' }]
  expect(renderTable({ columns, rows: long, width: null }).split('\n')).toHaveLength(2)
})

test('colours do not disturb the alignment', async () => {
  const { green } = await createPalette(1)
  const painted = columns.map((column) => (column.title === 'state' ? { ...column, paint: green } : column))
  const [, first] = renderTable({ columns: painted, rows, width: 80 }).split('\n')
  expect(first).toBe('      9  \u001B[32msucceeded\u001B[39m    first')
})
