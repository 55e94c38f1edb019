import { expect, test } from 'vitest'
import { mergeByTime, parseTimedLine } from './log-lines.ts'

const log = (instance: string, ...lines: string[]) =>
  lines.map((line) => ({ service: 'orders', instance, ...parseTimedLine(line) }))

const texts = (...logs: ReturnType<typeof log>[]) =>
  mergeByTime(logs).map(({ instance, text }) => `${instance} ${text}`)

test('lines of several pods come in the order in which they were written', () => {
  const a = log('a', '2026-11-22T10:00:00.5Z first', '2026-11-22T10:00:02Z third')
  const b = log('b', '2026-11-22T10:00:00.500000001Z second', '2026-11-22T10:00:02.000000001Z fourth')
  expect(texts(b, a)).toEqual(['a first', 'b second', 'a third', 'b fourth'])
})

test('a line without a moment stays where it was', () => {
  const a = log('a', '2026-11-22T10:00:00Z one', 'cut off', '2026-11-22T10:00:02Z two')
  const b = log('b', '2026-11-22T10:00:01Z between')
  expect(texts(a, b)).toEqual(['a one', 'a cut off', 'b between', 'a two'])
})

test('a line that begins with something else than a moment is kept whole', () => {
  expect(parseTimedLine('{"level":30} x')).toEqual({ at: '', text: '{"level":30} x' })
  expect(parseTimedLine('')).toEqual({ at: '', text: '' })
})
