import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { stateRoot } from '../../platforms/state-root.ts'
import { writeFileAtomically } from '../../platforms/write-file-atomically.ts'
import { repositoryRoot } from '../../repository-root.ts'

const noteSchema = z.object({
  environment: z.string(),
  run: z.string(),
  password: z.string(),
  /** Whose orders may have to be cancelled. */
  accounts: z.array(z.string()),
})
/** What a run has made in the shop, or is about to: kept beside the results, readable by their owner only, until it is gone. */
export type MadeNote = z.infer<typeof noteSchema>

/** Of all environments. */
export const runDirectory = (variables: NodeJS.ProcessEnv): string =>
  join(stateRoot({ repository: repositoryRoot, variables }), 'loadtest')

const suffix = '.made.json'

export const keepNote = (directory: string, note: MadeNote): Promise<void> =>
  writeFileAtomically(join(directory, `${note.environment}-${note.run}${suffix}`), JSON.stringify(note))

export const forgetNote = (directory: string, { environment, run }: MadeNote): Promise<void> =>
  rm(join(directory, `${environment}-${run}${suffix}`), { force: true })

/** Of runs that were killed before they had removed it. A note that cannot be read is passed over. */
export const readNotes = async (directory: string, environment: string): Promise<readonly MadeNote[]> => {
  const names = await readdir(directory).catch(() => [])
  const notes = await Promise.all(
    names
      .filter((name) => name.startsWith(`${environment}-`) && name.endsWith(suffix))
      .map(async (name) => noteOf(await readFile(join(directory, name), 'utf8').catch(() => ''))),
  )
  return notes.filter((note) => note !== null)
}

const noteOf = (text: string): MadeNote | null => {
  try {
    return noteSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** `local-2026-11-23T22-40-05Z`: sorts by time, and is a name on every file system. */
export const runFileName = (environment: string, at: Date): string =>
  `${environment}-${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z`
