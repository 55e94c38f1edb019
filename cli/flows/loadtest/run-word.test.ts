import { expect, test } from 'vitest'
import { isWeakHash, verifyPassword } from '../../../services/users/password-hash.ts'
import { newRunWord } from './run-word.ts'

test('the users service takes the hash for one of its own', async () => {
  const { password, hash } = await newRunWord()
  expect(await verifyPassword(password, hash)).toBe(true)
  expect(await verifyPassword(`${password}x`, hash)).toBe(false)
  expect(isWeakHash(hash)).toBe(false)
})
