import { expect, test } from 'vitest'
import { statementNames } from './statement-names.ts'

test('the same text has the same name, another text another', () => {
  const nameOf = statementNames()
  const name = nameOf('select id from things')
  expect(name).toMatch(/^[\w-]{24}$/)
  expect(nameOf('select id from things')).toBe(name)
  expect(nameOf('select id from others')).not.toBe(name)
  expect(nameOf('select count(*) from things')).toBeDefined()
  expect(nameOf('select price * $1, 2 * quantity from things')).toBeDefined()
})

test.each([
  'begin',
  'create table things ()',
  'select * from things',
  'select t.* from things t',
  'select 1, * from things',
  'select distinct * from things',
  'insert into things returning *',
])('"%s" is not prepared', (statement) => {
  expect(statementNames()(statement)).toBeUndefined()
})

test('after 500 texts the rest run unnamed, so that filters cannot fill the server', () => {
  const nameOf = statementNames()
  for (let number = 0; number < 500; number += 1) expect(nameOf(`select ${number}`)).toBeDefined()
  expect(nameOf('select 500')).toBeUndefined()
  expect(nameOf('select 7')).toBeDefined()
})
