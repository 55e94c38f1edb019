import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Coverage, cleanText, runsOf } from './text-runs.ts'

const has: Coverage = (font, codePoint) =>
  font === 'regular' ? codePoint < 0x500 : codePoint >= 0x4e00 && codePoint < 0xa000
const fonts = ['regular', 'japanese'] as const
const shown = (text: string) => runsOf(text, { fonts, has }).map(({ font, text: part }) => `${font}:${part}`)

test('each character is in the first font that has it', () => {
  expect(shown('Tee 日本!')).toEqual(['regular:Tee ', 'japanese:日本', 'regular:!'])
})

test('what no font has is one replacement each, with the marks on it', () => {
  expect(shown('a한국b')).toEqual(['regular:a\ufffd\ufffdb'])
  expect(shown('\u{1f389}')).toEqual(['regular:\ufffd'])
  expect(shown('\u0e01\u0e49')).toEqual(['regular:\ufffd'])
})

test('a letter and a mark that only another font has are not parted', () => {
  expect(shown('日\u0301')).toEqual(['regular:\ufffd'])
})

test.each([
  ['a\u0301', 'á'],
  ['\ud800a', '\ufffda'],
  ['one\r\n\ttwo\u2028three\u0000', 'one two three '],
  ['a\u200b\u202e\u00ad\ufeff\u200db', 'ab'],
  ['日\u{e0100}☂\ufe0f', '日☂'],
])('%j is cleaned to %j', (text, clean) => {
  expect(cleanText(text)).toBe(clean)
})

test('no text loses a character: each is shown or replaced', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const clean = cleanText(text)
      const runs = runsOf(clean, { fonts, has })
      const clusters = clean.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []
      const alone = clusters.map((cluster) =>
        runsOf(cluster, { fonts, has })
          .map((run) => run.text)
          .join(''),
      )
      expect(runs.map((run) => run.text).join('')).toBe(alone.join(''))
    }),
  )
})
