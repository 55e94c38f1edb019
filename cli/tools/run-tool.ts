import { constants } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../errors/interruption.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { endProcessGroup, signalGroup } from './end-process-group.ts'
import { readLines } from './read-lines.ts'
import { redact } from './redact.ts'
import { type FollowTool, type RunTool, renderToolCall, type ToolCall, type ToolResult } from './tool-call.ts'
import { toolNotStarted } from './tool-missing.ts'

const graceSeconds = 5
/** What a program that keeps books needs to close them. */
const timeoutGraceSeconds = 60
const secondInterruptGraceSeconds = 2
const lastWordsMilliseconds = 200
const tailLines = 10

const refuseSecretArguments = (call: ToolCall): void => {
  const shown = (call.secrets ?? []).some((secret) => secret !== '' && call.args.some((word) => word.includes(secret)))
  if (shown) throw new Error(`A secret is in the arguments of a program: ${renderToolCall(call)}`)
}

const outOfTime = (call: ToolCall, stderr: string): ShopctlError =>
  new ShopctlError({
    code: 'TOOL_TIMEOUT',
    outcome: 'unknown',
    what: `${call.program} did not end within ${call.timeoutSeconds} s and was stopped.`,
    why: redact(stderr, call.secrets ?? [])
      .trimEnd()
      .split('\n')
      .slice(-tailLines)
      .filter((line) => line !== ''),
    fix: [renderToolCall(withoutOwnEnvironment(call))],
  })

/**
 * Who gets an environment of its own gets parts of ours, and cloud keys with it: whoever types the line again has them
 * already, and a log is no place for them.
 */
const withoutOwnEnvironment = (call: ToolCall): ToolCall => (call.inherit === 'nothing' ? { ...call, env: {} } : call)

/** Loaded ahead of the start, so that nothing is waited for between the last look at a signal and listening to it. */
const loadExeca = async () => (await import('execa')).execa
type Execa = Awaited<ReturnType<typeof loadExeca>>

/** In a process group of its own, so that a terminal's Ctrl-C reaches it only through us. */
const start = (execa: Execa, call: ToolCall) => ({
  began: performance.now(),
  running: execa(call.program, call.args, {
    ...(call.input === undefined ? { stdin: 'ignore' } : { input: call.input }),
    ...(call.cwd === undefined ? {} : { cwd: call.cwd }),
    ...call.user,
    env: { ...call.env },
    extendEnv: call.inherit !== 'nothing',
    detached: true,
    cleanup: false,
    reject: false,
    stripFinalNewline: false,
  }),
})
type Started = ReturnType<typeof start>

const ended = (call: ToolCall, result: Awaited<Started['running']>, began: number): ToolResult => {
  if (result.exitCode === undefined && result.signal === undefined) {
    const error = result.cause instanceof Error ? result.cause : new Error(result.shortMessage ?? call.program)
    throw toolNotStarted(error, { ...call, platform: process.platform })
  }
  return {
    exitCode: result.exitCode ?? 128 + (result.signal === undefined ? 0 : constants.signals[result.signal]),
    stdout: result.stdout,
    stderr: result.stderr,
    milliseconds: performance.now() - began,
  }
}

/**
 * Runs a program to its end in a process group of its own, without a terminal, so that nothing can ask and wait.
 * An aborted signal or the timeout ends the whole group, grandchildren too, before this returns.
 * Throws TOOL_MISSING (refused), TOOL_TIMEOUT (unknown) or what the signal was aborted with.
 */
export const runTool: RunTool = async (call, signal) => {
  refuseSecretArguments(call)
  const execa = await loadExeca()
  if (signal.aborted) throw interruption(signal, `starting ${call.program}`)
  const { running, began } = start(execa, call)
  const groupId = running.pid
  const timeout = AbortSignal.timeout(call.timeoutSeconds * 1000)
  const stop = AbortSignal.any([signal, timeout])
  let ending: Promise<void> | undefined
  const endAll = async (leader: number) => {
    await endProcessGroup(leader, graceSeconds)
    await Promise.race([running, pause(lastWordsMilliseconds)])
    // Who left the group for a session of its own may hold the pipes open for as long as it lives.
    running.stdout.destroy()
    running.stderr.destroy()
  }
  const end = () => {
    if (groupId !== undefined) ending ??= endAll(groupId)
  }
  stop.addEventListener('abort', end, { once: true })
  const result = await running
  stop.removeEventListener('abort', end)
  await ending

  if (signal.aborted) throw interruption(signal, `running ${call.program}`)
  if (ending !== undefined) throw outOfTime(call, result.stderr)
  return ended(call, result, began)
}

/**
 * Runs a program in a process group of its own and tells its lines as they come. Interrupts and the timeout are passed
 * on as SIGINT to the group and then waited for. Throws TOOL_MISSING (refused), INTERRUPTED where nothing was started,
 * TOOL_TIMEOUT (unknown), and what `onLine` threw, after the program has ended.
 */
export const followTool: FollowTool = async (call, { onLine, interrupted, abandoned }) => {
  refuseSecretArguments(call)
  const execa = await loadExeca()
  if (interrupted.aborted) throw interruption(interrupted, `starting ${call.program}`)
  const { running, began } = start(execa, call)
  const groupId = running.pid
  const timeout = AbortSignal.timeout(call.timeoutSeconds * 1000)
  let ending: Promise<void> | undefined
  const ask = () => {
    if (groupId !== undefined) signalGroup(groupId, 'SIGINT')
  }
  const endSoon = async (leader: number, waitSeconds: number) => {
    ask()
    const isOver = await Promise.race([running.then(() => true), pause(waitSeconds * 1000, false, { ref: false })])
    if (!isOver) await endProcessGroup(leader, graceSeconds)
  }
  const end = (waitSeconds: number) => () => {
    if (groupId !== undefined) ending ??= endSoon(groupId, waitSeconds)
  }
  const listening = new AbortController()
  const once = { once: true, signal: listening.signal }
  interrupted.addEventListener('abort', ask, once)
  abandoned.addEventListener('abort', end(secondInterruptGraceSeconds), once)
  timeout.addEventListener('abort', end(timeoutGraceSeconds), once)
  if (abandoned.aborted) end(secondInterruptGraceSeconds)()
  // A program whose lines nobody takes any more is asked to end, and not left to itself.
  const lines = readLines(running.stdout, { onLine, onRefusal: ask })
  const result = await running
  listening.abort()
  await ending
  if (timeout.aborted && ending !== undefined) throw outOfTime(call, result.stderr)
  const refusal = await lines
  if (refusal !== null) throw refusal.thrown
  return ended(call, result, began)
}
