import { expect, test } from 'vitest'
import type { BackupReport } from '../../platforms/backup-drill.ts'
import { backupView } from './backup-view.ts'

const report: BackupReport = {
  schema: 'shopctl.backup-verify/1',
  verdict: 'verified',
  takenAt: '2026-11-22T20:00:00.000Z',
  dump: null,
  bytes: 21_400,
  tables: [
    {
      service: 'orders',
      table: 'public.inventory_reservation_lines',
      rows: 48,
      restoredRows: 48,
      checksum: '0',
      restoredChecksum: '0',
      verdict: 'same',
    },
  ],
  sequences: 2,
  findings: [],
  notCompared: [],
  dumpMilliseconds: 130,
  restoreMilliseconds: 4400,
}

test('a good one: each table, how long it took, and the verdict last', () => {
  expect(backupView(report, { width: 80 })).toBe(
    [
      'DATABASE  TABLE                               ROWS  RESTORED  CONTENT',
      'orders    public.inventory_reservation_lines    48        48  same',
      '',
      'Dumped in 130 ms, restored in 4.4 s: 22 kB, as of 2026-11-22T20:00:00.000Z.',
      'Verified: 48 rows of 1 tables and 2 sequences came back as they were.',
    ].join('\n'),
  )
})

test('a bad one: what is not as it was, what was not compared, and the verdict last', () => {
  const [table] = report.tables
  if (table === undefined) throw new Error('the report has no table')
  const missing = { ...table, restoredRows: null, restoredChecksum: null, verdict: 'missing' } as const
  const findings = ['orders: public.x did not come back']
  const notCompared = ['orders: definitions: across versions']
  const bad = { ...report, verdict: 'not-verified', tables: [missing], findings, notCompared } as const
  const lines = backupView({ ...bad, dump: '/kept', dumpMilliseconds: null }, { width: 80 }).split('\n')
  expect(lines[1]).toMatch(/48 +- +MISSING$/)
  expect(lines.slice(3)).toEqual([
    'Restored in 4.4 s: 22 kB, as of 2026-11-22T20:00:00.000Z.',
    'The dump is in /kept.',
    'Not compared: orders: definitions: across versions.',
    'Not as it was: orders: public.x did not come back.',
    'Not verified: this dump would not bring back what was there.',
  ])
})
