import type { BackupReport, RestoredTable } from '../../platforms/backup-drill.ts'
import { renderTable } from '../table.ts'
import { durationInWords } from '../words-for-time.ts'

const inWords: Readonly<Record<RestoredTable['verdict'], string>> = {
  same: 'same',
  different: 'DIFFERENT',
  damaged: 'DAMAGED',
  missing: 'MISSING',
}

const sizeInWords = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`

/** Every table, what is wrong with it, and the verdict last. */
export const backupView = (report: BackupReport, { width }: { readonly width: number | null }): string => {
  const { tables, findings, notCompared, dump, bytes, dumpMilliseconds, restoreMilliseconds, takenAt } = report
  const table = renderTable({
    columns: [
      { title: 'DATABASE', value: ({ service }) => service },
      { title: 'TABLE', value: ({ table: name }) => name },
      { title: 'ROWS', value: ({ rows }) => String(rows), align: 'right' },
      { title: 'RESTORED', value: ({ restoredRows }) => String(restoredRows ?? '-'), align: 'right' },
      { title: 'CONTENT', value: ({ verdict }) => inWords[verdict] },
    ],
    rows: tables,
    width,
  })
  const took = dumpMilliseconds === null ? '' : `Dumped in ${durationInWords(dumpMilliseconds)}, `
  const restored = `${took === '' ? 'Restored' : 'restored'} in ${durationInWords(restoreMilliseconds)}`
  return [
    table,
    '',
    `${took}${restored}: ${sizeInWords(bytes)}, as of ${takenAt}.`,
    ...(dump === null ? [] : [`The dump is in ${dump}.`]),
    ...notCompared.map((what) => `Not compared: ${what}.`),
    ...findings.map((finding) => `Not as it was: ${finding}.`),
    verdictInWords(report),
  ].join('\n')
}

const verdictInWords = ({ verdict, tables, sequences }: BackupReport): string => {
  if (verdict === 'not-verified') return 'Not verified: this dump would not bring back what was there.'
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  return `Verified: ${rows} rows of ${tables.length} tables and ${sequences} sequences came back as they were.`
}
