import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { stateRoot } from '../../platforms/state-root.ts'
import { writeFileAtomically } from '../../platforms/write-file-atomically.ts'
import { repositoryRoot } from '../../repository-root.ts'

const noteSchema = z.object({
  environment: z.string(),
  run: z.string(),
  /** Of all its accounts; null as long as nothing is made. */
  password: z.string().nullable(),
  /** Whose orders may have to be cancelled. */
  accounts: z.array(z.string()),
  /** The process that runs it, for good: its id alone is used again after its end. */
  holder: z.object({ processId: z.int().positive(), processStart: z.string(), who: z.string(), since: z.string() }),
})
/**
 * A run that goes on, and what it has made in the shop or is about to: kept beside the results, readable by their owner
 * only, until that is gone.
 */
export type RunNote = z.infer<typeof noteSchema>
export type MadeNote = RunNote & { readonly password: string }

/** Of all environments. */
export const runDirectory = (variables: NodeJS.ProcessEnv): string =>
  join(stateRoot({ repository: repositoryRoot, variables }), 'loadtest')

const suffix = '.made.json'

export const keepNote = (directory: string, note: RunNote): Promise<void> =>
  writeFileAtomically(join(directory, `${note.environment}-${note.run}${suffix}`), JSON.stringify(note))

export const forgetNote = (
  directory: string,
  { environment, run }: Pick<RunNote, 'environment' | 'run'>,
): Promise<void> => rm(join(directory, `${environment}-${run}${suffix}`), { force: true })

/** Of runs that go on, and of those that were killed before they had removed what they made. A note that cannot be read is passed over. */
export const readNotes = async (directory: string, environment: string): Promise<readonly RunNote[]> => {
  const names = await readdir(directory).catch(() => [])
  const notes = await Promise.all(
    names
      .filter((name) => name.startsWith(`${environment}-`) && name.endsWith(suffix))
      .map(async (name) => noteOf(await readFile(join(directory, name), 'utf8').catch(() => ''))),
  )
  return notes.filter((note) => note !== null)
}

const noteOf = (text: string): RunNote | null => {
  try {
    return noteSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** `local-2026-11-23T22-40-05Z`: sorts by time, and is a name on every file system. */
export const runFileName = (environment: string, at: Date): string =>
  `${environment}-${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z`
