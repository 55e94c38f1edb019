import { ShopctlError } from '../../errors/shopctl-error.ts'
import { isRunning, type ProcessIdentity } from './process-identity.ts'
import { waitUntil } from './wait-until.ts'

export type Stop = {
  readonly graceSeconds: number
  /** What the process is asked with; a PostgreSQL server wants another one. */
  readonly ask?: NodeJS.Signals
}

export type Stopped = 'was-not-running' | 'ended' | 'killed'

const killedWithinSeconds = 5
const everyMilliseconds = 20

const send = (processId: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(processId, signal)
  } catch {
    // It ended between the look and the signal.
  }
}

const notStopped = (processId: number): ShopctlError =>
  new ShopctlError({
    code: 'PROCESS_NOT_STOPPED',
    outcome: 'unknown',
    what: `Process ${processId} did not end within ${killedWithinSeconds} s of SIGKILL.`,
    fix: [`ps -o pid,stat,wchan,args -p ${processId}`],
  })

/**
 * Asks a process to end, waits for that, and kills it and its group after the grace. Only ever signals the process
 * that the identity names. Throws PROCESS_NOT_STOPPED (unknown), or the interruption: then it has been asked to end.
 */
export const stopProcess = async (
  identity: ProcessIdentity,
  { graceSeconds, ask = 'SIGTERM' }: Stop,
  signal: AbortSignal,
): Promise<Stopped> => {
  if (!(await isRunning(identity))) return 'was-not-running'
  const doing = `waiting for process ${identity.processId} to end`
  const hasEnded = async () => ((await isRunning(identity)) ? null : true)
  send(identity.processId, ask)
  if (await waitUntil(hasEnded, { signal, deadlineSeconds: graceSeconds, everyMilliseconds, doing })) return 'ended'
  // A detached process leads a group of its own id.
  send(-identity.processId, 'SIGKILL')
  send(identity.processId, 'SIGKILL')
  if (await waitUntil(hasEnded, { signal, deadlineSeconds: killedWithinSeconds, everyMilliseconds, doing }))
    return 'killed'
  throw notStopped(identity.processId)
}
