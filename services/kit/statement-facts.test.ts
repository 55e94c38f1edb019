import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { statementFacts, writingFunctions } from './statement-facts.ts'

test.each<[string, 'read' | 'write' | null, boolean]>([
  ['select id from things', 'read', false],
  ['select id from things for update', 'write', false],
  ['with found as (select 1) select * from found', 'read', false],
  ['with gone as (delete from things returning id) select id from gone', 'write', true],
  ['select append_event($1, $2, $3, $4, $5, null) from (select 1) as event', 'write', true],
  ['with asked as (select id from users) select Request_Mail (id, $1) from asked', 'write', true],
  ['select append_events from things', 'read', false],
  ['update things set name = $1', 'write', true],
  ['select pg_advisory_lock(1)', null, false],
  ['begin', null, false],
])('"%s" goes by the lane %s', (statement, lane, writes) => {
  expect(statementFacts()(statement)).toMatchObject({ lane, writes })
})

test('every function of a migration that may write is named', () => {
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const files = globSync('{*/migrations/*.ts,kit/**/*-table*.ts}', { cwd: folder })
  const functions = files.flatMap((file) => [
    ...readFileSync(`${folder}${file}`, 'utf8').matchAll(
      /create (?:or replace )?function (\w+)\([^$]*\breturns (.*) language .*\$\$/g,
    ),
  ])
  const volatile = functions.filter(([head, , type]) => type !== 'trigger' && !/\b(stable|immutable)\b/.test(head))
  expect(functions.length).toBeGreaterThan(8)
  expect(volatile.map(([, name]) => name).toSorted()).toEqual([...writingFunctions].toSorted())
})
