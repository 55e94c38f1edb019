import { readdirSync, readFileSync } from 'node:fs'

/** What the operating system says of one process. */
export type ProcessFacts = {
  readonly processId: number
  /** Tells a reused process id apart: two processes of one boot with the same id never have the same start. */
  readonly start: string
  /** The process has ended and its parent has not collected it yet. */
  readonly zombie: boolean
  readonly parentId: number
  readonly groupId: number
}

/** One /proc/<pid>/stat: fields are counted after the command's name, which may hold blanks and parentheses itself. */
export const parseProcStat = (text: string): ProcessFacts | null => {
  const processId = Number.parseInt(text, 10)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parentId, groupId] = fields
  const start = fields[19]
  if (state === undefined || start === undefined || Number.isNaN(processId)) return null
  return { processId, start, zombie: 'ZX'.includes(state), parentId: Number(parentId), groupId: Number(groupId) }
}

export const readProcStat = (processId: number): ProcessFacts | null => {
  try {
    return parseProcStat(readFileSync(`/proc/${processId}/stat`, 'utf8'))
  } catch {
    return null
  }
}

/** Every process in /proc; hundreds of tiny reads from memory, for which one thread is quicker than a pool. */
export const listProcStats = (): readonly ProcessFacts[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcStat(Number(name)))
    .filter((facts) => facts !== null)
