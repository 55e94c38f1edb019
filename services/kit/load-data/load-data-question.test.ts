import { expect, test } from 'vitest'
import { readLoadDataQuestion } from './load-data-question.ts'

const hash = '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

test('reads what is made and what is removed', () => {
  expect(readLoadDataQuestion(['make', '--run', 'a1b2c3d4', '--count', '20', '--password-hash', hash])).toEqual({
    ok: true,
    question: { ask: 'make', run: 'a1b2c3d4', count: 20, passwordHash: hash },
  })
  expect(readLoadDataQuestion(['remove', '--run', 'a1b2c3d4'])).toEqual({
    ok: true,
    question: { ask: 'remove', run: 'a1b2c3d4' },
  })
})

test.each([
  ['nothing', []],
  ['another verb', ['drop', '--run', 'a1b2c3d4']],
  ['a run that is a pattern', ['remove', '--run', '%%%%%%%%']],
  ['no run', ['remove']],
  ['more than can be made', ['make', '--run', 'a1b2c3d4', '--count', '1001']],
  ['a password that is no hash', ['make', '--run', 'a1b2c3d4', '--count', '1', '--password-hash', 'a word']],
  ['an unknown option', ['remove', '--run', 'a1b2c3d4', '--force']],
])('refuses %s', (_, words) => {
  expect(readLoadDataQuestion(words).ok).toBe(false)
})
