import { expect, test } from 'vitest'
import { type Block, flowBlocks, type Page, type Row } from './page-flow.ts'

const style = { size: 10, weight: 'regular', colour: 'ink' } as const
const row = (...texts: string[]): Row => ({
  leading: 10,
  above: 0,
  cells: [{ x: 0, align: 'left', lines: texts.map((text) => ({ text, style })) }],
})
const header = row('header')
const flow = (...blocks: Block[]) => flowBlocks(blocks, { top: 0, bottom: 50 }).map(textsOf)
const textsOf = (page: Page) => page.flatMap((element) => (element.kind === 'text' ? [element.text] : []))
const lines = (count: number, name = 'line') => Array.from({ length: count }, (_, index) => `${name} ${index + 1}`)

test('what fits stays on one page, with letters inside of their line', () => {
  const [page, ...more] = flowBlocks([{ rows: [row('a'), row('b')] }], { top: 20, bottom: 50 })
  expect(more).toEqual([])
  expect(page).toMatchObject([
    { text: 'a', y: 27.5 },
    { text: 'b', y: 37.5 },
  ])
})

test('a block that does not fit any more begins the next page, under the header again', () => {
  const rows = lines(7).map((text) => ({ rows: [row(text)], header }))
  expect(flow({ rows: [header] }, ...rows)).toEqual([
    ['header', 'line 1', 'line 2', 'line 3', 'line 4'],
    ['header', 'line 5', 'line 6', 'line 7'],
  ])
})

test('rows of a block stay together', () => {
  expect(flow({ rows: [row(...lines(3))] }, { rows: [row('a'), row('b'), row('c')] })).toEqual([
    lines(3),
    ['a', 'b', 'c'],
  ])
})

test('a row longer than a page goes on between two lines, under the header', () => {
  expect(flow({ rows: [header] }, { rows: [row(...lines(11))], header })).toEqual([
    ['header', 'line 1', 'line 2', 'line 3', 'line 4'],
    ['header', 'line 5', 'line 6', 'line 7', 'line 8'],
    ['header', 'line 9', 'line 10', 'line 11'],
  ])
})

test('a rule is between two rows, and none is at the top of a page', () => {
  const ruled = { ...row('a', 'b', 'c'), above: 6, rule: { x: 5, width: 90 } }
  const pages = flowBlocks([{ rows: [ruled] }, { rows: [{ ...ruled, cells: row('d').cells }] }, { rows: [ruled] }], {
    top: 0,
    bottom: 50,
  })
  const rules = pages.map((page) => page.filter(({ kind }) => kind === 'rule'))
  expect(rules).toEqual([[{ kind: 'rule', x: 5, width: 90, y: 33 }], []])
})
