import type { RestoredTable } from '../../backup-drill.ts'
import type { DumpedDatabase, DumpedTable } from './dump-manifest.ts'
import type { RestoredDatabase } from './restore-dump.ts'

export type RestoreComparison = {
  readonly tables: readonly RestoredTable[]
  readonly findings: readonly string[]
  readonly notCompared: readonly string[]
}

/** What came back against what was dumped. Pure. */
export const compareRestored = (dumped: DumpedDatabase, restored: RestoredDatabase): RestoreComparison => {
  const { service } = dumped
  const tables = dumped.tables.map((table) => compareTable(service, table, restored))
  const definitions = compareDefinitions(dumped, restored)
  const findings = [
    ...tables.flatMap((table) => tableFindings(table, restored)),
    ...missingMigrations(dumped, restored),
    ...Object.keys(restored.contents)
      .filter((name) => !dumped.tables.some((table) => table.name === name))
      .map((name) => `${name} is there after the restore and was not dumped`),
    ...restored.broken.map((words) => `a foreign key does not hold: ${words}`),
    ...sequenceFindings(dumped, restored),
    ...definitions.findings,
  ]
  const inService = (sentence: string) => `${service}: ${sentence}`
  return { tables, findings: findings.map(inService), notCompared: definitions.notCompared.map(inService) }
}

const compareTable = (service: string, table: DumpedTable, { contents, damaged }: RestoredDatabase): RestoredTable => {
  const { name, rows, checksum } = table
  const found = contents[name]
  const base = { service, table: name, rows, checksum }
  if (found === undefined) return { ...base, restoredRows: null, restoredChecksum: null, verdict: 'missing' }
  const restored = { restoredRows: found.rows, restoredChecksum: found.checksum }
  if (damaged[name] !== undefined) return { ...base, ...restored, verdict: 'damaged' }
  const isSame = found.rows === rows && found.checksum === checksum
  return { ...base, ...restored, verdict: isSame ? 'same' : 'different' }
}

const tableFindings = (
  { table, rows, restoredRows, verdict }: RestoredTable,
  { damaged }: RestoredDatabase,
): readonly string[] => {
  if (verdict === 'missing') return [`${table} did not come back: no migration makes it`]
  if (verdict === 'damaged') return [`the dump of ${table} is damaged: ${damaged[table]}`]
  if (verdict === 'same') return []
  return rows === restoredRows
    ? [`${table} has as many rows as were dumped, but not the same ones`]
    : [`${table} has ${restoredRows} rows, and ${rows} were dumped`]
}

const missingMigrations = (dumped: DumpedDatabase, { migrations }: RestoredDatabase): readonly string[] =>
  dumped.migrations
    .filter((name) => !migrations.includes(name))
    .map((name) => `no release that is kept here has the migration ${name}`)

const sequenceFindings = (dumped: DumpedDatabase, { sequences }: RestoredDatabase): readonly string[] =>
  dumped.sequences.flatMap(({ name, lastValue, isCalled }) => {
    const found = sequences.find((sequence) => sequence.name === name)
    if (found === undefined) return [`the sequence ${name} did not come back`]
    return found.lastValue === lastValue && found.isCalled === isCalled
      ? []
      : [`the sequence ${name} is at ${found.lastValue}, and was dumped at ${lastValue}`]
  })

/** PostgreSQL words what it has been told anew in some major versions: across them only the rows can be compared. */
const compareDefinitions = (dumped: DumpedDatabase, restored: RestoredDatabase) => {
  if (dumped.major !== restored.major) {
    const why = `definitions: dumped from PostgreSQL ${dumped.major} and restored into ${restored.major}`
    return { findings: [], notCompared: [why] }
  }
  const names = new Set([...Object.keys(dumped.definitions), ...Object.keys(restored.definitions)])
  const findings = [...names].flatMap((name) => {
    const [before, after] = [dumped.definitions[name], restored.definitions[name]]
    if (before === after) return []
    if (after === undefined) return [`${name} did not come back`]
    return before === undefined ? [`${name} is there after the restore and was not before`] : [`${name} is another one`]
  })
  return { findings, notCompared: [] }
}
