import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clustersOf } from './text-runs.ts'
import { wrapText } from './wrap-text.ts'

const measure = (text: string) => clustersOf(text).length
const wrap = (text: string, width = 10) => wrapText(text, { width, measure })

test.each([
  ['short', ['short']],
  ['one two three four', ['one two', 'three four']],
  ['exactly-10 exactly-10', ['exactly-10', 'exactly-10']],
  ['a word-that-is-too-long b', ['a word-tha', 't-is-too-l', 'ong b']],
  ['日本製の非常に長い名前の商品', ['日本製の非常に長い名', '前の商品']],
  ['ああああああああああ。い', ['あああああああああ', 'あ。い']],
  ['Tee 日本製の非常に長い', ['Tee 日本製の非常', 'に長い']],
  ['', []],
  ['   ', []],
])('%j', (text, lines) => {
  expect(wrap(text)).toEqual(lines)
})

test('no line is too wide, and nothing is lost but spaces', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '-', '日', '。', 'é', 'x\u0301'), maxLength: 80 })
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 20 }), (text, width) => {
      const lines = wrap(text, width)
      expect(lines.every((line) => measure(line) <= width)).toBe(true)
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
    }),
  )
})
