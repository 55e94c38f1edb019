import { expect, test } from 'vitest'
import { hashPassword, unmatchableHash, verifyPassword } from './password-hash.ts'

test('a hash matches its password and no other, and two of one password differ', async () => {
  const [one, two] = [await hashPassword('pässword 🔑'), await hashPassword('pässword 🔑')]
  expect(one).not.toBe(two)
  expect(await verifyPassword('pässword 🔑', one)).toBe(true)
  expect(await verifyPassword('pässword 🔑 ', one)).toBe(false)
})

test('a hash of another program and with other parameters is understood', async () => {
  // A vector of the reference implementation's own tests.
  const foreign = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
  expect(await verifyPassword('password', foreign)).toBe(true)
})

test('nothing matches the hash of nobody, which has the form and cost of any other', async () => {
  expect(await verifyPassword('', unmatchableHash())).toBe(false)
  expect(unmatchableHash()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
})

test('what is no Argon2id hash is a bug, not a wrong password', async () => {
  await expect(verifyPassword('password', '$2b$12$abc')).rejects.toThrow('not an Argon2id hash')
})
