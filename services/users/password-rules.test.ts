import { expect, test } from 'vitest'
import { guessableBecause, passwordSchema } from './password-rules.ts'

const email = 'longlocalpart@shop.example'

test.each([
  '        ',
  'aaaaaaaa',
  'AAAAaaaa',
  '🔑'.repeat(8),
  'abcdefgh',
  'StuvWxyz',
  'zyxwvuts',
  '87654321',
  'x'.repeat(12),
  'abcdefghijkl',
])('A7: %j is a row of characters, and refused', (password) => {
  expect(passwordSchema.safeParse(password).success, 'by its length it would do').toBe(true)
  expect(guessableBecause(password, email)).toMatch(/again and again/)
})

test.each(['Password', 'football', email.toUpperCase(), 'longlocalpart'])('A7: %j is guessable', (password) => {
  expect(guessableBecause(password, email)).toMatch(/most common|own address/)
})

test.each([
  'alllowercase',
  '  spaces at both ends  ',
  'aaaaaaab',
  'abcdefgi',
  'acegikmo',
  'x1'.repeat(64),
  'x'.repeat(13),
  'x'.repeat(128),
  'abcdefghijklm',
  'пароль🔑пароль',
])('A7: %j is a password', (password) => {
  expect(guessableBecause(passwordSchema.parse(password), email)).toBeNull()
})
