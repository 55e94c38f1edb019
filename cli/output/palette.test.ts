import { expect, test } from 'vitest'
import { colourLevel, createPalette } from './palette.ts'

const terminal = { isTTY: true }
const pipe = { isTTY: false }

test.each([
  ['a terminal', terminal, { TERM: 'xterm' }, 1],
  ['a terminal of 256 colours', terminal, { TERM: 'xterm-256color' }, 2],
  ['a terminal of all colours', terminal, { COLORTERM: 'truecolor' }, 3],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, 0],
  ['a pipe', pipe, { TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 0],
  ['a stream that says nothing', {}, {}, 0],
  ['a terminal with NO_COLOR', terminal, { NO_COLOR: '1', COLORTERM: 'truecolor' }, 0],
  ['a terminal with an empty NO_COLOR', terminal, { NO_COLOR: '' }, 1],
  ['a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, 1],
  ['a terminal with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, 0],
  ['NO_COLOR beside FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '3' }, 0],
])('%s', (_, stream, variables, level) => {
  expect(colourLevel(stream, variables)).toBe(level)
})

test('the palette colours as it was told and not as the environment suggests', async () => {
  expect((await createPalette(0)).red('text')).toBe('text')
  expect((await createPalette(1)).red('text')).toBe('\u001B[31mtext\u001B[39m')
})
