import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { toType } from '../../../errors/to-type.ts'
import { writeFileAtomically } from '../../write-file-atomically.ts'
import { sequenceSchema, tableSchema } from './database-facts.ts'

const dumpedTable = tableSchema.extend({
  rows: z.int().min(0),
  checksum: z.string().regex(/^[0-9a-f]{32}$/),
  /** Below the dump's folder. */
  file: z.string().regex(/^[a-z]+\/\d+\.copy$/),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type DumpedTable = z.infer<typeof dumpedTable>

const dumpedDatabase = z.object({
  service: z.string().regex(/^[a-z]+$/),
  /** The bundle that ran: its migrations make the tables. */
  digest: z.string(),
  migrations: z.array(z.string()),
  takenAt: z.iso.datetime(),
  major: z.int(),
  tables: z.array(dumpedTable),
  sequences: z.array(sequenceSchema),
  definitions: z.record(z.string(), z.string()),
})
export type DumpedDatabase = z.infer<typeof dumpedDatabase>

const manifestSchema = z.object({
  schema: z.literal('shopctl.local/dump/1'),
  environment: z.string(),
  release: z.int(),
  databases: z.array(dumpedDatabase),
})
export type DumpManifest = z.infer<typeof manifestSchema>

const fileSchema = z.object({ sha256: z.string(), dump: z.unknown() })

const digestOf = (dump: unknown): string => createHash('sha256').update(JSON.stringify(dump)).digest('hex')

const manifestFile = (folder: string): string => join(folder, 'manifest.json')

/** Last of all: a folder without it is no dump. */
export const writeDumpManifest = async (folder: string, dump: DumpManifest): Promise<void> => {
  await writeFileAtomically(manifestFile(folder), `${JSON.stringify({ sha256: digestOf(dump), dump }, null, 1)}\n`)
}

const unreadable = (folder: string, why: string): ShopctlError =>
  new ShopctlError({
    code: 'DUMP_UNREADABLE',
    outcome: 'check-failed',
    what: `There is no dump in ${folder} that could be restored; nothing was changed.`,
    why: [why],
    fix: [toType('backup verify --env local')],
  })

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Throws DUMP_UNREADABLE (a check said no) where it is missing, broken off or not what was written. */
export const readDumpManifest = async (folder: string): Promise<DumpManifest> => {
  const text = await readFile(manifestFile(folder), 'utf8').catch((error: Error) => {
    throw unreadable(folder, error.message)
  })
  const file = fileSchema.safeParse(parseJson(text)).data
  if (file === undefined) throw unreadable(folder, 'manifest.json is not a whole JSON document')
  if (digestOf(file.dump) !== file.sha256) throw unreadable(folder, 'manifest.json is not what was written')
  const dump = manifestSchema.safeParse(file.dump)
  if (!dump.success) throw unreadable(folder, `manifest.json is of another kind: ${z.prettifyError(dump.error)}`)
  return dump.data
}
