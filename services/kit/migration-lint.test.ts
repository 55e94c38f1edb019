import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { lintMigrations } from './migration-lint.ts'
import type { ServiceMigration } from './migrations.ts'

const step = (...statements: readonly string[]): ServiceMigration => ({
  name: '0002_step',
  reversible: true,
  async up(database) {
    for (const statement of statements) await sql.raw(statement).execute(database)
  },
})
const findingsOf = async (...statements: readonly string[]) => {
  const findings = await lintMigrations([step(...statements)])
  return findings.map(({ rule }) => rule)
}

test.each([
  ['a table that is dropped', 'drop table things'],
  ['a column that is dropped', 'alter table things drop column name'],
  ['a column that is dropped in short', 'ALTER TABLE things DROP name'],
  ['a table that is renamed', 'alter table things rename to goods'],
  ['a column that is renamed', 'alter table things rename column name to title'],
  ['a type that is changed', 'alter table things alter column price type bigint'],
  ['a type that is changed in full', 'alter table things alter price set data type bigint using price::bigint'],
  ['a required column without a default', 'alter table things add column size integer not null'],
  ['one among others', 'alter table things add column a text not null default $$x$$, add column b text not null'],
  ['a column that becomes required', 'alter table things alter column name set not null'],
  ['an index on a filled table', 'create index things_by_name on things (name)'],
  ['a unique index on a filled table', 'create unique index if not exists things_name on things using btree (name)'],
  ['a table that is emptied', 'truncate things'],
  ['one behind another', 'select 1; drop table things'],
])('X25: %s is found', async (_, statement) => {
  expect(await findingsOf(statement)).toHaveLength(1)
})

test.each([
  ['a new table and its indexes', ['create table goods (id integer)', 'create index goods_by_id on goods (id)']],
  ['an optional column', ['alter table things add column size integer']],
  ['a required column with a default', [`alter table things add column state text not null default 'a not null b'`]],
  [
    'a required column that is computed',
    ['alter table things add low boolean not null generated always as (n < 1) stored'],
  ],
  [
    'a rule that goes',
    ['alter table things drop constraint things_price', 'alter table things alter name drop not null'],
  ],
  ['a rule with not null in its text', ['alter table things add constraint whole check (a is not null or b is null)']],
  [
    'words in comments, strings and functions',
    [
      '-- drop table things',
      `comment on table things is 'drop table things; rename it'`,
      'create function f() returns void language sql as $body$ truncate things $body$',
      'create trigger kept before truncate on things for each statement execute function f()',
    ],
  ],
])('X25: %s is fine', async (_, statements) => {
  expect(await findingsOf(...statements)).toEqual([])
})
