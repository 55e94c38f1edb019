import { readProcess } from '../../tools/process-facts.ts'

/** One process for good: its id alone is used again after its end. */
export type ProcessIdentity = { readonly processId: number; readonly processStart: string }

/** Whether exactly this process lives. One with its id but another start, or dead and uncollected, is not it. */
export const isRunning = async ({ processId, processStart }: ProcessIdentity): Promise<boolean> => {
  const facts = await readProcess(processId)
  return facts !== null && !facts.zombie && facts.start === processStart
}
