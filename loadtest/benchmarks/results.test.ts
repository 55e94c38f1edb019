import { expect, test } from 'vitest'
import { readResults } from './services/results-file.ts'
import { isMet, type Results } from './services/row.ts'

const ofServices = [
  ...['stack', 'cached', 'redis', 'pg', 'list', 'auth', 'login', 'reserve', 'search', 'otel', 'boot', 'open'],
  'memory',
].map((name) => `X10.${name}`)

function requireJudged({ rows }: Results, ids: readonly string[]): void {
  expect(ids.filter((id) => rows.every((row) => row.id !== id))).toEqual([])
  for (const { id, what, value, target, met, reason } of rows) {
    expect([id, what, met]).toEqual([id, what, isMet({ value, target })])
    expect([id, what, reason]).toEqual([id, what, met ? null : expect.not.stringContaining('not looked into')])
  }
}

test('X10: the figures of users and catalog are on file, each met or with its reason', () => {
  requireJudged(readResults().services, ofServices)
})
