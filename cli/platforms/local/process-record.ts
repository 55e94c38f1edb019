import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { SetAside } from '../../releases/stores.ts'
import { whenNotWritable } from '../state-not-writable.ts'
import { writeFileAtomically } from '../write-file-atomically.ts'

const exitSchema = z.object({ code: z.number().nullable(), signal: z.string().nullable(), at: z.iso.datetime() })

const common = {
  schema: z.literal('shopctl.process/1'),
  id: z.string().regex(/^[\w.-]+$/),
  /** A service's name, or of what it stands on: `edge`, `redis`. */
  service: z.string(),
  digest: z.string().nullable(),
  settingsHash: z.string().nullable(),
  release: z.number().int().nullable(),
  port: z.number().int().nullable(),
  metricsPort: z.number().int().nullable(),
  logFile: z.string(),
  startedAt: z.iso.datetime(),
}

/** Written before the program is started, so that a crash between the two leaves a trace to search by. */
const intendedSchema = z.object({ ...common, state: z.literal('intended') })

const startedSchema = z.object({
  ...common,
  state: z.literal('started'),
  processId: z.number().int().positive(),
  processStart: z.string(),
  bootId: z.string(),
  exit: exitSchema.optional(),
})

const recordSchema = z.discriminatedUnion('state', [intendedSchema, startedSchema])

export type IntendedProcess = z.infer<typeof intendedSchema>
export type ProcessRecord = z.infer<typeof startedSchema>
export type AnyProcessRecord = z.infer<typeof recordSchema>

const fileOf = (directory: string, id: string): string => join(directory, `${id}.json`)

export const writeProcessRecord = (directory: string, record: AnyProcessRecord): Promise<void> =>
  writeFileAtomically(fileOf(directory, record.id), `${JSON.stringify(record, null, 2)}\n`)

/** Writes over a record; one that was removed meanwhile stays removed. */
export const replaceProcessRecord = async (directory: string, record: AnyProcessRecord): Promise<void> => {
  if (existsSync(fileOf(directory, record.id))) await writeProcessRecord(directory, record)
}

export const removeProcessRecord = async (directory: string, id: string): Promise<void> => {
  const file = fileOf(directory, id)
  await rm(file, { force: true }).catch((error: unknown) => {
    throw whenNotWritable(error, file)
  })
}

const parseRecord = (text: string): AnyProcessRecord | Error => {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : new Error(z.prettifyError(parsed.error))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const readRecord = async (file: string): Promise<AnyProcessRecord | SetAside | null> => {
  const text = await readFile(file, 'utf8').catch(() => null)
  // Another command removed it between the listing and now.
  if (text === null) return null
  const record = parseRecord(text)
  if (!(record instanceof Error)) return record
  const movedTo = `${file}.broken`
  await rename(file, movedTo).catch(() => undefined)
  return { what: file, why: record.message, movedTo }
}

/** Every record, oldest first; one that cannot be read is set aside under another name. */
export const readProcessRecords = async (
  directory: string,
): Promise<{ readonly records: readonly AnyProcessRecord[]; readonly setAside: readonly SetAside[] }> => {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.json'))
  const read = await Promise.all(names.map((name) => readRecord(join(directory, name))))
  const setAside = read.filter((entry) => entry !== null && 'movedTo' in entry)
  const records = read.filter((entry) => entry !== null && 'id' in entry)
  return { records: records.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)), setAside }
}
