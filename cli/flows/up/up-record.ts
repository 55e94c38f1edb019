import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { stateRoot } from '../../platforms/state-root.ts'
import { writeFileAtomically } from '../../platforms/write-file-atomically.ts'
import { repositoryRoot } from '../../repository-root.ts'
import { upStepStates, upSteps } from './up-report.ts'

const recordSchema = z.object({
  schema: z.literal('shopctl.up-record/1'),
  environment: z.string(),
  who: z.string(),
  startedAt: z.string(),
  /** `going-on` also where it was killed. */
  state: z.enum(['going-on', 'done', 'failed', 'interrupted']),
  /** Of the error that it ended with. */
  code: z.string().nullable(),
  steps: z
    .array(
      z.object({
        step: z.enum(upSteps),
        state: z.enum([...upStepStates, 'begun', 'failed', 'interrupted']),
        detail: z.string(),
        at: z.string(),
      }),
    )
    .readonly(),
})
/** What the last run on this machine did. It tells the next one where that stood; no step is left out because of it. */
export type UpRecord = z.infer<typeof recordSchema>

export type UpRecordStore = {
  /** Null where there is none, or none that can be read. */
  read(): Promise<UpRecord | null>
  /** Throws STATE_NOT_WRITABLE (refused). */
  keep(record: UpRecord): Promise<void>
}

const parseRecord = (text: string): UpRecord | null => {
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** A file for each environment below the state directory. */
export const upRecordStore = (environment: string, variables: NodeJS.ProcessEnv): UpRecordStore => {
  const file = join(stateRoot({ repository: repositoryRoot, variables }), 'up', `${environment}.json`)
  return {
    read: async () => parseRecord(await readFile(file, 'utf8').catch(() => '')),
    keep: (record) => writeFileAtomically(file, `${JSON.stringify(record, null, 2)}\n`),
  }
}
