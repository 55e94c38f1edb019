import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonCodec } from './json-codec.ts'

const codec = jsonCodec(z.object({ name: z.string() }))

test('what was rendered is read again', () => {
  expect(codec.parse(codec.render({ name: 'a "b" \n 🜁' }))).toEqual({ name: 'a "b" \n 🜁' })
})

test.each(['', '{"name":', 'null', '{"name":1}', '\u0000'])('%j is no copy, and no failure either', (text) => {
  expect(codec.parse(text)).toBeUndefined()
})
