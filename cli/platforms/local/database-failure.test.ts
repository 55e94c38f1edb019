import { expect, test } from 'vitest'
import { databaseFailure } from './database-failure.ts'

const connected = { place: 'db.example:5432', password: 'canary', fix: ['pg_isready'] }
const withCode = (code: string) => Object.assign(new Error('words of the server'), { code })

test.each([
  ['28P01', 'DATABASE_LOGIN_REFUSED'],
  ['28000', 'DATABASE_LOGIN_REFUSED'],
  ['42501', 'DATABASE_RIGHTS_MISSING'],
  ['53300', 'DATABASE_UNREACHABLE'],
  ['57P03', 'DATABASE_UNREACHABLE'],
  ['3D000', 'DATABASE_REFUSED'],
  ['ECONNREFUSED', 'DATABASE_UNREACHABLE'],
])('%s is told as %s, in the words of who said it', (state, code) => {
  expect(databaseFailure(withCode(state), connected)).toMatchObject({
    code,
    outcome: 'refused',
    message: expect.stringContaining('db.example:5432'),
    why: ['words of the server'],
  })
})

test('an error for each address of a host is told whole', () => {
  const error = new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')])
  expect(databaseFailure(error, connected).why).toEqual(['::1 refused', '127.0.0.1 refused'])
})

test('the password is not repeated where the words hold it', () => {
  const { why } = databaseFailure(new Error('cannot log in with canary'), connected)
  expect(why).toEqual(['cannot log in with [redacted]'])
})
