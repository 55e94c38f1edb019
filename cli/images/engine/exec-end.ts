import { setTimeout as pause } from 'node:timers/promises'

/** What the engine says of a program in a container. */
type RunningExec = { inspect(): Promise<{ readonly Running: boolean; readonly ExitCode: number | null }> }

export type ExecWait = {
  readonly deadlineSeconds: number
  readonly pollMilliseconds: number
  readonly signal: AbortSignal
}

/** The exit code of a program that ends by itself; null where it has not by the deadline, or the signal aborts. */
export const execExitCode = async (
  exec: RunningExec,
  { deadlineSeconds, pollMilliseconds, signal }: ExecWait,
): Promise<number | null> => {
  const until = AbortSignal.any([signal, AbortSignal.timeout(deadlineSeconds * 1000)])
  const ended = Promise.withResolvers<null>()
  const end = () => ended.resolve(null)
  until.addEventListener('abort', end, { once: true })
  try {
    while (!until.aborted) {
      // An engine that hangs does not answer this either.
      const state = await Promise.race([exec.inspect(), ended.promise])
      if (state === null) return null
      if (!state.Running && state.ExitCode !== null) return state.ExitCode
      await pause(pollMilliseconds, undefined, { signal: until }).catch(() => undefined)
    }
    return null
  } finally {
    until.removeEventListener('abort', end)
  }
}
