import { expect, test } from 'vitest'
import { smsSize } from './sms-segments.ts'

const gsm = (units: number, segments: number) => ({ alphabet: 'GSM-7', units, segments })
const ucs = (units: number, segments: number) => ({ alphabet: 'UCS-2', units, segments })

test.each([
  ['nothing', '', gsm(0, 1)],
  ['160 plain characters', 'a'.repeat(160), gsm(160, 1)],
  ['161 plain characters', 'a'.repeat(161), gsm(161, 2)],
  ['two full parts', 'a'.repeat(306), gsm(306, 2)],
  ['one more', 'a'.repeat(307), gsm(307, 3)],
  ['the letters of the alphabet beyond ASCII', 'äöüÄÖÜßàèéùìòÇØøÅåÆæÉÑñ§¿¡£¥¤ΔΦΓΛΩΠΨΣΘΞ@$_', gsm(42, 1)],
  ['a euro sign, which takes two', `${'a'.repeat(158)}€`, gsm(160, 1)],
  ['a euro sign that no longer fits', `${'a'.repeat(159)}€`, gsm(161, 2)],
  ['all of the extension table', '^{}\\[~]|€\f', gsm(20, 1)],
  ['an escape at the end of a part, which goes over whole', `${'a'.repeat(152)}€${'a'.repeat(152)}`, gsm(306, 3)],
  ['line breaks', 'a\r\nb', gsm(4, 1)],
  ['a small c with cedilla, which the alphabet has not', 'ç', ucs(1, 1)],
  ['Turkish letters', 'ışğİŞĞ', ucs(6, 1)],
  ['a backtick', '`', ucs(1, 1)],
  ['70 characters of UCS-2', 'ş'.repeat(70), ucs(70, 1)],
  ['71', 'ş'.repeat(71), ucs(71, 2)],
  ['two full parts of UCS-2', 'ş'.repeat(134), ucs(134, 2)],
  ['one more of them', 'ş'.repeat(135), ucs(135, 3)],
  ['a pair of surrogates', '🚚', ucs(2, 1)],
  ['a pair at the end of a part, which goes over whole', `${'ş'.repeat(66)}🚚${'ş'.repeat(66)}`, ucs(134, 3)],
])('E30: %s is counted right', (_, text, size) => {
  expect(smsSize(text)).toEqual(size)
})
