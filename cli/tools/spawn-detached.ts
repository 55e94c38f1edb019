import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readProcess } from './process-facts.ts'
import { toolNotStarted } from './tool-missing.ts'

export type DetachedCall = {
  readonly program: string
  readonly args: readonly string[]
  /** The whole environment of the program, but for what `inherit` names. */
  readonly env: Readonly<Record<string, string>>
  /** Variables that are taken over from this process where they are set, for example `PATH`. */
  readonly inherit?: readonly string[]
  readonly cwd: string
  /** Takes both outputs, at its end. */
  readonly logFile: string
  /** Runs the program as this user; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number }
}

export type Exit = { readonly code: number | null; readonly signal: string | null; readonly at: string }

export type DetachedProcess = {
  readonly processId: number
  /** With the id this is the process's identity, also after the id was used again. */
  readonly processStart: string
  /** Its end, for as long as this process lives to see it. Keeps nothing alive. */
  readonly exit: Promise<Exit>
}

const inherited = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))

const spawned = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => resolve(child.pid ?? 0))
  })

const start = (call: DetachedCall, log: number): ChildProcess =>
  spawn(call.program, call.args, {
    env: { ...inherited(call.inherit ?? []), ...call.env },
    cwd: call.cwd,
    stdio: ['ignore', log, log],
    detached: true,
    ...call.user,
  })

/**
 * Starts a program in a session of its own that outlives this process.
 * Throws TOOL_MISSING (refused) where there is no such program, and the system's own error where the log cannot be opened.
 */
export const spawnDetached = async (call: DetachedCall): Promise<DetachedProcess> => {
  const log = openSync(call.logFile, 'a', 0o600)
  let child: ChildProcess
  try {
    child = start(call, log)
  } finally {
    closeSync(log)
  }
  const exit = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, at: new Date().toISOString() }))
  })
  child.unref()
  // Read before Node can collect the process, so that even one that ends at once has a start.
  const facts = child.pid === undefined ? null : readProcess(child.pid)
  const processId = await spawned(child).catch((error: Error) => {
    throw toolNotStarted(error, { ...call, platform: process.platform })
  })
  return { processId, processStart: (await facts)?.start ?? '', exit }
}
