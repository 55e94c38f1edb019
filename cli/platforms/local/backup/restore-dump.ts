import { join } from 'node:path'
import type { Client } from 'pg'
import { z } from 'zod'
import { hasErrorCode } from '../../../errors/has-error-code.ts'
import type { Work } from '../../platform.ts'
import { withConnection } from '../admin-connection.ts'
import { sqlState } from '../database-failure.ts'
import { copyIn, DamagedFile } from './copy-statements.ts'
import {
  fetchDefinitions,
  fetchMajor,
  fetchMigrations,
  fetchSequences,
  fetchTables,
  type Sequence,
  sameWords,
  type Table,
} from './database-facts.ts'
import type { DumpedDatabase, DumpedTable } from './dump-manifest.ts'
import { type Content, fetchContent } from './table-checksum.ts'
import { givenColumns } from './take-dump.ts'

/** What a database is like after the restore, and what of the dump would not go in. */
export type RestoredDatabase = {
  readonly migrations: readonly string[]
  readonly major: number
  /** Table → rows and checksum. */
  readonly contents: Readonly<Record<string, Content>>
  /** Table → why its file was not loaded. */
  readonly damaged: Readonly<Record<string, string>>
  /** Foreign keys that the rows do not keep. */
  readonly broken: readonly string[]
  readonly sequences: readonly Sequence[]
  readonly definitions: Readonly<Record<string, string>>
}

export type RestoreRequest = {
  readonly dumped: DumpedDatabase
  readonly folder: string
  /** Of the superuser, to this service's empty database. */
  readonly url: string
  /** Brings the tables of the migrations that the dump names, as far as there is a bundle that has them. */
  readonly migrate: () => Promise<void>
}

/**
 * The service's own migrations make the tables; then the rows go in with triggers asleep, because those acted when the
 * rows were first written; then the foreign keys come back, which looks at every row.
 */
export const restoreDatabase = async (request: RestoreRequest, { say, signal }: Work): Promise<RestoredDatabase> => {
  say(request.dumped.service)
  await request.migrate()
  return withConnection(request.url, signal, async (client) => {
    await client.query(sameWords)
    await client.query(`set session_replication_role to 'replica'`)
    await client.query('begin')
    const loaded = await loadTables(client, request)
    await client.query('commit')
    const contents: Record<string, Content> = {}
    for (const table of await fetchTables(client)) contents[table.name] = await fetchContent(client, table)
    return {
      ...loaded,
      contents,
      migrations: await fetchMigrations(client),
      major: await fetchMajor(client),
      sequences: await fetchSequences(client),
      definitions: await fetchDefinitions(client),
    }
  })
}

const foreignKeys = z.array(z.object({ table: z.string(), name: z.string(), definition: z.string() }))

const foreignKeysQuery = `
  select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
  from pg_constraint where contype = 'f' and conparentid = 0`

const loadTables = async (client: Client, { dumped, folder }: RestoreRequest) => {
  const keys = foreignKeys.parse((await client.query(foreignKeysQuery)).rows)
  for (const { table, name } of keys) await client.query(`alter table ${table} drop constraint ${name}`)
  const present = new Map((await fetchTables(client)).map((table) => [table.name, table]))
  // Migrations may have put rows of their own into them.
  if (present.size > 0) await client.query(`truncate ${[...present.keys()].join(', ')}`)

  const damaged: Record<string, string> = {}
  for (const table of dumped.tables) {
    const own = present.get(table.name)
    if (own === undefined) continue
    const why = unknownColumns(table, own) ?? (await tried(client, () => loadTable(client, table, folder)))
    if (why !== null) damaged[table.name] = why
  }
  const broken: string[] = []
  for (const { table, name, definition } of keys) {
    const why = await tried(client, () => client.query(`alter table ${table} add constraint ${name} ${definition}`))
    if (why !== null) broken.push(`${name} of ${table}: ${why}`)
  }
  const known = new Set((await fetchSequences(client)).map(({ name }) => name))
  for (const { name, lastValue, isCalled } of dumped.sequences) {
    if (known.has(name)) await client.query('select setval($1::regclass, $2, $3)', [name, lastValue, isCalled])
  }
  return { damaged, broken }
}

/**
 * A dump may come from anywhere, and its names go into a statement of the superuser: none does that the server's own
 * catalog does not have in the same words. Null where it has them all.
 */
const unknownColumns = (dumped: Table, { name, columns }: Table): string | null => {
  const known = new Set(columns.map((column) => column.name))
  const unknown = dumped.columns.filter((column) => !known.has(column.name)).map((column) => column.name)
  return unknown.length === 0 ? null : `it names columns that ${name} does not have: ${unknown.join(', ')}`
}

const loadTable = (client: Client, table: DumpedTable, folder: string): Promise<void> => {
  const { bytes, sha256 } = table
  const path = join(folder, table.file)
  return copyIn(client, `${table.name} (${givenColumns(table)})`, { path, bytes, sha256 })
}

/** Why it cannot be, where the dump is to blame; null where it went well. What this machine is to blame for is thrown. */
const tried = async (client: Client, work: () => Promise<unknown>): Promise<string | null> => {
  await client.query('savepoint tried')
  try {
    await work()
    await client.query('release savepoint tried')
    return null
  } catch (error) {
    if (!isOfTheDump(error)) throw error
    await client.query('rollback to savepoint tried')
    return error instanceof Error ? error.message : String(error)
  }
}

/** Classes 22 and 23 are wrong values and broken constraints, 42 what is not there or of another kind. */
const isOfTheDump = (error: unknown): boolean =>
  error instanceof DamagedFile || hasErrorCode(error, 'ENOENT') || /^(22|23|42)/.test(sqlState(error) ?? '')
