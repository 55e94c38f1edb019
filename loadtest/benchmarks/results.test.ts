import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isMet, resultsSchema } from './services/row.ts'

/** Of users and catalog; those of orders come with it. */
const ids = [
  ...['stack', 'cached', 'redis', 'pg', 'list', 'auth', 'login', 'reserve', 'search', 'otel', 'boot', 'open'],
  'memory',
].map((name) => `X10.${name}`)

test('X10: the figures of users and catalog are on file, each met or with its reason', () => {
  const { rows } = resultsSchema.parse(JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8')))
  expect(ids.filter((id) => rows.every((row) => row.id !== id))).toEqual([])
  for (const { id, what, value, target, met, reason } of rows) {
    expect([id, what, met]).toEqual([id, what, isMet({ value, target })])
    expect([id, what, reason]).toEqual([id, what, met ? null : expect.not.stringContaining('not looked into')])
  }
})
