import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createCursors, pageOf } from './pagination.ts'
import { Problem } from './problems.ts'
import { pageParameters } from './query-parameters.ts'

const cursors = createCursors('one secret')
const query = { list: 'things', sort: 'name', q: undefined }
const schema = z.array(z.union([z.string(), z.number()]))

test('a cursor gives back the position it was made of, for the same query in any order of its fields', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.integer())), (position) => {
      const cursor = cursors.sign(position, query)
      expect(cursors.open(cursor, { query: { sort: 'name', list: 'things' }, schema })).toEqual(position)
    }),
  )
})

test('a cursor changed in any place, cut or grown is refused', () => {
  const cursor = cursors.sign(['Näme', 7], query)
  const refused = (wrong: string) => expect(() => cursors.open(wrong, { query, schema })).toThrow(Problem)
  fc.assert(
    fc.property(fc.nat(cursor.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
      fc.pre(cursor[at] !== letter)
      refused(cursor.slice(0, at) + letter + cursor.slice(at + 1))
      refused(cursor.slice(0, at))
      refused(cursor + letter)
    }),
  )
})

test('a cursor belongs to its query, its secret and its shape', () => {
  const cursor = cursors.sign(['name', 7], query)
  expect(() => cursors.open(cursor, { query: { ...query, sort: '-name' }, schema })).toThrow(Problem)
  expect(() => cursors.open(cursor, { query, schema: z.tuple([z.number(), z.string()]) })).toThrow(Problem)
  expect(() => createCursors('another secret').open(cursor, { query, schema })).toThrow(Problem)
})

test('a page has a cursor only where more follows', () => {
  const cursorAfter = (row: number) => `after ${row}`
  expect(pageOf([1, 2, 3], { limit: 2, cursorAfter })).toEqual({ data: [1, 2], has_more: true, next_cursor: 'after 2' })
  expect(pageOf([1, 2], { limit: 2, cursorAfter })).toEqual({ data: [1, 2], has_more: false, next_cursor: null })
  expect(pageOf([], { limit: 2, cursorAfter })).toEqual({ data: [], has_more: false, next_cursor: null })
})

test.each([
  ['emoji', '🔑'],
  ['quotes', '"'],
  ['control characters, which JSON writes with six', '\u0001'],
])('a list takes the cursor back that it gave after a name of 200 %s', (_, character) => {
  const cursor = cursors.sign([character.repeat(200), '019aab3e-7c1e-7c1e-8c1e-0f0e0d0c0b0a'], query)
  expect(pageParameters.cursor.parse(cursor)).toBe(cursor)
})
