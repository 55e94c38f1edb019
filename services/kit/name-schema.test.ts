import { expect, test } from 'vitest'
import { nameSchema } from './name-schema.ts'

const schema = nameSchema(30)

test('a name is one line of any script, without the blanks around it', () => {
  const names = [
    'Cast iron pan, 26 cm',
    'O',
    '茶壺',
    '李',
    'محمد',
    'می‌خواهم',
    'José',
    'Jose\u0301',
    '👩‍💻',
    '\u200fשרה\u200f',
    'x'.repeat(30),
  ]
  expect(names.map((name) => schema.parse(` \t${name}\u00a0\n`))).toEqual(names)
})

test.each<[string, string]>([
  ['nothing', ''],
  ['blanks', ' \t\u3000'],
  ['a zero-width space', '\u200b'],
  ['direction marks and overrides', '\u200e\u202e\u2066\u2069'],
  ['a soft hyphen', '\u00ad'],
  ['variation selectors and tags', '\ufe0f\u{e0061}'],
  ['a private character', '\ue000'],
  ['joiners', '\u200c\u200d\u2060\ufeff'],
  ['Hangul fillers', '\u3164\u115f\u1160\uffa0'],
  ['an empty Braille cell', '\u2800'],
  ['an accent without a letter', '\u0301'],
  ['a control character', 'Pan\u0007'],
  ['two lines', 'Iron\npan'],
  ['two lines by a separator', 'Iron\u2028pan'],
  ['turned around', 'Pan \u202egnp.exe'],
  ['turned around in isolation', 'Pan \u2067gnp\u2069'],
  ['31 characters', 'x'.repeat(31)],
])('a name is not %s', (_, name) => {
  expect(schema.safeParse(name).success).toBe(false)
})
