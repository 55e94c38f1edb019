import { expect, test } from 'vitest'
import { correctedWords, renderCorrected } from './corrections.ts'
import { readDashes } from './dashes.ts'
import { containing, parseTyped } from './typed-query.ts'

test.each([
  ['iron pan', { kind: 'words', text: 'iron pan', words: ['iron', 'pan'], plurals: [], open: true }],
  ['  Iron PAN! ', { kind: 'words', text: 'Iron PAN!', words: ['iron', 'pan'], plurals: [], open: false }],
  ['"iron pan"', { kind: 'words', text: '"iron pan"', words: [], plurals: [], open: false }],
  ['"iron pan', { kind: 'words', text: '"iron pan', words: [], plurals: [], open: false }],
  ['pan -iron', { kind: 'words', text: 'pan -iron', words: [], plurals: [], open: false }],
  ['pan or pot', { kind: 'words', text: 'pan or pot', words: [], plurals: [], open: true }],
  ['pan pan', { kind: 'words', text: 'pan pan', words: ['pan'], plurals: [], open: true }],
  ['%', { kind: 'signs', text: '%' }],
  [' & | ! ', { kind: 'signs', text: '& | !' }],
  [
    'Steel knives',
    { kind: 'words', text: 'Steel knives', words: ['steel', 'knives'], plurals: ['knives'], open: true },
  ],
  ['   ', { kind: 'nothing' }],
])('%j is taken for %j', (q, typed) => {
  expect(parseTyped(q)).toEqual(typed.kind === 'words' ? { ...typed, hyphenated: null, sku: null } : typed)
})

test.each([
  ['cast iron - pan', 'cast iron   pan', null],
  ['wool – blanket', 'wool   blanket', null],
  ['wool—blanket', 'wool blanket', null],
  ['- pan', 'pan', null],
  ['--pan pot--', 'pan pot', null],
  ['pan -', 'pan', null],
  ['-pan', '-pan', null],
  ['pan -"two lids"', 'pan -"two lids"', null],
  ['cast-iron pan', 'cast iron pan', 'cast-iron pan'],
  ['ready-or-not', 'ready not', 'ready-or-not'],
  ['"cast-iron pan" -pot', '"cast iron pan" -pot', '"cast-iron pan" -pot'],
  ['"pan -cast-iron"', '"pan -cast iron"', '"pan -cast-iron"'],
  ['pan -cast-iron', 'pan -cast-iron -"cast iron"', null],
])('the dashes of %j are taken for %j', (q, text, hyphenated) => {
  expect(readDashes(q)).toEqual({ text, hyphenated })
})

test.each([
  ['GAM-006', 'gam-006'],
  [' gam-006 ', 'gam-006'],
  ['pan', 'pan'],
  ['iron pan', null],
  ['-pan', null],
])('%j may be the SKU %j', (q, sku) => {
  expect(parseTyped(q)).toMatchObject({ sku })
})

test('in a pattern the signs of LIKE stand for themselves', () => {
  expect(containing('50%_\\')).toBe('%50\\%\\_\\\\%')
})

test('a word that products have is kept, another one becomes those nearest to it', () => {
  const near = [
    { asked: 'iorn', word: 'iron' },
    { asked: 'iorn', word: 'corn' },
    { asked: 'iorn', word: 'horn' },
    { asked: 'kettle', word: 'kettle' },
    { asked: 'kettle', word: 'kettles' },
  ]
  expect(correctedWords(['iorn', 'kettle', 'pan'], near)).toEqual([
    ['iorn', 'corn', 'horn', 'iron'],
    ['kettle'],
    ['pan'],
  ])
  expect(correctedWords(['kettle'], near)).toBeNull()
  expect(correctedWords(['iorn'], [{ asked: 'iorn', word: 'torso' }])).toBeNull()
  expect(renderCorrected([['iorn', 'iron'], ['pan']])).toBe("('iorn' | 'iron') & ('pan')")
})
