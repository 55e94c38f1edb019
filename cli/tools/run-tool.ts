import { constants } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../errors/interruption.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { endProcessGroup } from './end-process-group.ts'
import { redact } from './redact.ts'
import { type RunTool, renderToolCall, type ToolCall } from './tool-call.ts'
import { toolNotStarted } from './tool-missing.ts'

const graceSeconds = 5
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
    fix: [renderToolCall(call)],
  })

/**
 * Runs a program to its end in a process group of its own, without a terminal, so that nothing can ask and wait.
 * An aborted signal or the timeout ends the whole group, grandchildren too, before this returns.
 * Throws TOOL_MISSING (refused), TOOL_TIMEOUT (unknown) or what the signal was aborted with.
 */
export const runTool: RunTool = async (call, signal) => {
  refuseSecretArguments(call)
  if (signal.aborted) throw interruption(signal, `starting ${call.program}`)
  const { execa } = await import('execa')
  const began = performance.now()
  const running = execa(call.program, call.args, {
    ...(call.input === undefined ? { stdin: 'ignore' } : { input: call.input }),
    ...(call.cwd === undefined ? {} : { cwd: call.cwd }),
    ...call.user,
    env: { ...call.env },
    extendEnv: call.inherit !== 'nothing',
    detached: true,
    cleanup: false,
    reject: false,
    stripFinalNewline: false,
  })
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
