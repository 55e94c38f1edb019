import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { createDirectory } from '../../create-directory.ts'
import type { Work } from '../../platform.ts'
import { whenNotWritable } from '../../state-not-writable.ts'
import { withConnection } from '../admin-connection.ts'
import type { Foundations } from '../foundations-file.ts'
import type { Manifest } from '../manifest.ts'
import { copyOut } from './copy-statements.ts'
import {
  fetchDefinitions,
  fetchMajor,
  fetchMigrations,
  fetchSequences,
  fetchTables,
  sameWords,
  type Table,
} from './database-facts.ts'
import { type DumpedDatabase, type DumpedTable, type DumpManifest, writeDumpManifest } from './dump-manifest.ts'
import { fetchContent } from './table-checksum.ts'

export type DumpRequest = {
  readonly environment: string
  readonly release: number
  /** What runs: whose bundle made the tables. */
  readonly manifests: readonly Pick<Manifest, 'service' | 'digest'>[]
  readonly databases: Foundations['databases']
  readonly folder: string
}

/** Each database in one snapshot of its own: rows, counts and checksums are of the same moment. Reads only. */
export const takeDump = async (request: DumpRequest, work: Work): Promise<DumpManifest> => {
  const { environment, release, manifests, databases, folder } = request
  await createDirectory(folder, 'private')
  // One failure ends the others too; all have ended before it is told, so that the folder can be removed.
  const stop = new AbortController()
  const signal = AbortSignal.any([work.signal, stop.signal])
  const results = await Promise.allSettled(
    manifests.flatMap(({ service, digest }) => {
      const url = databases[service]?.migrationUrl
      if (url === undefined) return []
      const dump = withConnection(url, signal, (client) => dumpDatabase(client, { service, digest, folder, ...work }))
      return [
        dump.catch((error: unknown) => {
          stop.abort(error)
          throw error
        }),
      ]
    }),
  )
  if (stop.signal.aborted) throw stop.signal.reason
  const dumped = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const manifest: DumpManifest = {
    schema: 'shopctl.local/dump/1',
    environment,
    release,
    databases: dumped,
  }
  await writeDumpManifest(folder, manifest)
  return manifest
}

type DatabaseDump = Work & { readonly service: string; readonly digest: string; readonly folder: string }

const dumpDatabase = async (
  client: Client,
  { service, digest, folder, say }: DatabaseDump,
): Promise<DumpedDatabase> => {
  say(service)
  await createDirectory(join(folder, service), 'private')
  await client.query(sameWords)
  await client.query('begin isolation level repeatable read, read only')
  const takenAt = new Date().toISOString()
  const migrations = await fetchMigrations(client)
  const tables: DumpedTable[] = []
  for (const [index, table] of (await fetchTables(client)).entries()) {
    tables.push(await dumpTable(client, table, { folder, file: `${service}/${index}.copy` }))
  }
  const sequences = [...(await fetchSequences(client))]
  const definitions = { ...(await fetchDefinitions(client)) }
  const major = await fetchMajor(client)
  await client.query('commit')
  return { service, digest, migrations: [...migrations], takenAt, major, tables, sequences, definitions }
}

/** A generated column is computed again where it is loaded; it cannot be given. */
export const givenColumns = ({ columns }: Table): string =>
  columns
    .filter(({ generated }) => !generated)
    .map(({ name }) => name)
    .join(', ')

const dumpTable = async (
  client: Client,
  table: Table,
  { folder, file }: { readonly folder: string; readonly file: string },
): Promise<DumpedTable> => {
  const path = join(folder, file)
  try {
    const opened = openSync(path, 'wx', 0o600)
    try {
      const facts = await copyOut(client, `select ${givenColumns(table)} from ${table.name}`, opened)
      return { ...table, ...(await fetchContent(client, table)), file, ...facts }
    } finally {
      closeSync(opened)
    }
  } catch (error) {
    throw whenNotWritable(error, path)
  }
}
