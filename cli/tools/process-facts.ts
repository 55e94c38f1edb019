import { listProcStats, type ProcessFacts, readProcStat } from './proc-stat.ts'
import { runTool } from './run-tool.ts'

const psTimeoutSeconds = 5

/** The lines of `ps -o pid=,ppid=,pgid=,stat=,lstart=`, for machines without /proc. */
export const parsePs = (text: string): readonly ProcessFacts[] =>
  [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/gm)].map(
    ([, processId, parentId, groupId, state = '', start = '']) => ({
      processId: Number(processId),
      start,
      zombie: state.startsWith('Z'),
      parentId: Number(parentId),
      groupId: Number(groupId),
    }),
  )

const ps = async (which: readonly string[]): Promise<readonly ProcessFacts[]> => {
  const args = ['-o', 'pid=,ppid=,pgid=,stat=,lstart=', ...which]
  // The month's name in the start time must not depend on who asks.
  const call = { program: 'ps', args, env: { LC_ALL: 'C' }, timeoutSeconds: psTimeoutSeconds }
  return parsePs((await runTool(call, new AbortController().signal)).stdout)
}

/** What is known of a process; null where there is none with this id. */
export const readProcess = async (processId: number): Promise<ProcessFacts | null> => {
  if (process.platform === 'linux') return readProcStat(processId)
  return (await ps(['-p', String(processId)]))[0] ?? null
}

/** Every process of the machine that this one may see. */
export const listProcesses = async (): Promise<readonly ProcessFacts[]> =>
  process.platform === 'linux' ? listProcStats() : ps(['-ax'])
