import { ShopctlError } from '../../errors/shopctl-error.ts'
import { readProcess } from '../../tools/process-facts.ts'
import type { FlowMeans } from '../means.ts'
import { forgetNote, keepNote, type MadeNote, type RunNote, readNotes } from './run-files.ts'
import { newRunName } from './run-word.ts'

export type ClaimedRun = {
  /** With nothing made yet. */
  readonly note: RunNote
  /** Of runs that were killed before they had removed what they made. */
  readonly leftBehind: readonly MadeNote[]
  /** At its end. What could not be removed stays noted, for the run after it. */
  release(): Promise<void>
}

/**
 * Takes the environment for one load run of this machine. Throws LOAD_RUNNING (refused) where another one goes on: two
 * loads would spoil each other's figures, and one would remove the other's customers.
 */
export const claimRun = async (
  directory: string,
  { environment, who, now }: Pick<FlowMeans, 'environment' | 'who' | 'now'>,
): Promise<ClaimedRun> => {
  const facts = await readProcess(process.pid)
  const holder = { processId: process.pid, processStart: facts?.start ?? '', who, since: now().toISOString() }
  const note: RunNote = { environment, run: newRunName(), password: null, accounts: [], holder }
  // Noted first and looked around then: of two that begin at once one at least sees the other.
  await keepNote(directory, note)
  const { living, dead } = await otherRuns(directory, note)
  const [other] = living
  if (other !== undefined) {
    await forgetNote(directory, note)
    throw running(other)
  }
  for (const one of dead.filter((each) => !hasMade(each))) await forgetNote(directory, one)
  return { note, leftBehind: dead.filter(hasMade), release: () => release(directory, note) }
}

const hasMade = (note: RunNote): note is MadeNote => note.password !== null

const otherRuns = async (directory: string, { environment, run }: RunNote) => {
  const notes = (await readNotes(directory, environment)).filter((note) => note.run !== run)
  const judged = await Promise.all(notes.map(async (note) => ({ note, isLiving: await goesOn(note) })))
  const living = judged.flatMap(({ note, isLiving }) => (isLiving ? [note] : []))
  return { living, dead: judged.flatMap(({ note, isLiving }) => (isLiving ? [] : [note])) }
}

/** Whether exactly its process lives: not another with its id, and none that has ended and is not collected yet. */
const goesOn = async ({ holder: { processId, processStart } }: RunNote): Promise<boolean> => {
  const facts = await readProcess(processId)
  return facts !== null && !facts.zombie && facts.start === processStart
}

const release = async (directory: string, { environment, run }: RunNote): Promise<void> => {
  const kept = (await readNotes(directory, environment)).find((note) => note.run === run)
  if (kept !== undefined && !hasMade(kept)) await forgetNote(directory, kept)
}

const running = ({ environment, run, holder: { processId, who, since } }: RunNote): ShopctlError =>
  new ShopctlError({
    code: 'LOAD_RUNNING',
    outcome: 'refused',
    what: `Another load test goes on in ${environment}; no load was sent.`,
    why: [`${who} runs load test ${run} as process ${processId} since ${since}`],
    fix: [`ps -fp ${processId}`],
  })
