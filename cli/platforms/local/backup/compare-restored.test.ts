import { expect, test } from 'vitest'
import { compareRestored } from './compare-restored.ts'
import type { DumpedDatabase } from './dump-manifest.ts'
import type { RestoredDatabase } from './restore-dump.ts'

const checksum = '0'.repeat(32)
const sha256 = '0'.repeat(64)

const dumped: DumpedDatabase = {
  service: 'orders',
  digest: 'sha256:1',
  migrations: ['0001-orders'],
  takenAt: '2026-11-22T20:00:00Z',
  major: 18,
  tables: [{ name: 'public.orders', columns: [], rows: 2, checksum, file: 'orders/0.copy', bytes: 9, sha256 }],
  sequences: [{ name: 'public.orders_id_seq', lastValue: '2', isCalled: true }],
  definitions: { 'index public.orders_pkey': 'create index' },
}

const restored: RestoredDatabase = {
  migrations: dumped.migrations,
  major: 18,
  contents: { 'public.orders': { rows: 2, checksum } },
  damaged: {},
  broken: [],
  sequences: dumped.sequences,
  definitions: dumped.definitions,
}

test('what came back as it was has no finding', () => {
  const { tables, findings, notCompared } = compareRestored(dumped, restored)
  expect({ findings, notCompared }).toEqual({ findings: [], notCompared: [] })
  expect(tables).toMatchObject([{ service: 'orders', table: 'public.orders', verdict: 'same', restoredRows: 2 }])
})

const other = 'f'.repeat(32)
test.each<[string, Partial<RestoredDatabase>, string | null, RegExp]>([
  [
    'a row less',
    { contents: { 'public.orders': { rows: 1, checksum: other } } },
    'different',
    /has 1 rows, and 2 were/,
  ],
  ['other rows', { contents: { 'public.orders': { rows: 2, checksum: other } } }, 'different', /not the same ones/],
  ['no table', { contents: {} }, 'missing', /did not come back: no migration makes it/],
  ['a damaged file', { damaged: { 'public.orders': 'too short' } }, 'damaged', /is damaged: too short/],
  [
    'a table too many',
    { contents: { ...restored.contents, 'public.x': { rows: 0, checksum } } },
    null,
    /public\.x is there after/,
  ],
  ['a broken key', { broken: ['k of t: words'] }, null, /a foreign key does not hold: k of t: words/],
  ['no migration', { migrations: [] }, null, /no release .* has the migration 0001-orders/],
  ['no sequence', { sequences: [] }, null, /the sequence public\.orders_id_seq did not come back/],
  [
    'a sequence behind',
    { sequences: [{ name: 'public.orders_id_seq', lastValue: '1', isCalled: true }] },
    null,
    /is at 1, and was dumped at 2/,
  ],
  ['no index', { definitions: {} }, null, /index public\.orders_pkey did not come back/],
  ['another index', { definitions: { 'index public.orders_pkey': 'else' } }, null, /is another one/],
  ['one more', { definitions: { ...dumped.definitions, 'view public.v': 's' } }, null, /public\.v is there after/],
])('%s is found', (_title, change, verdict, sentence) => {
  const { tables, findings } = compareRestored(dumped, { ...restored, ...change })
  expect(findings).toEqual([expect.stringMatching(sentence)])
  expect(findings[0]).toMatch(/^orders: /)
  expect(tables[0]?.verdict).toBe(verdict ?? 'same')
})

test('across major versions definitions are not compared, and that is said', () => {
  const { findings, notCompared } = compareRestored({ ...dumped, major: 15 }, { ...restored, definitions: {} })
  expect(findings).toEqual([])
  expect(notCompared).toEqual([expect.stringContaining('from PostgreSQL 15 and restored into 18')])
})
