import type { FollowTool, ToolCall } from '../../tools/tool-call.ts'
import { renderToolCall } from '../../tools/tool-call.ts'
import type { Diagnostic, OnEvent } from '../terraform.ts'
import { type LogFile, openLogFile } from './log-file.ts'
import { parseEvent } from './parse-events.ts'

export type TerraformRun = {
  readonly folder: string
  /** One word, for the name of the log. */
  readonly doing: string
  readonly now: Date
  readonly followTool: FollowTool
  readonly interrupted: AbortSignal
  readonly abandoned: AbortSignal
  readonly onEvent: OnEvent
}

export type TerraformResult = {
  readonly exitCode: number
  readonly diagnostics: readonly Diagnostic[]
  readonly logFile: string
}

const follow = async (call: ToolCall, log: LogFile, run: TerraformRun): Promise<TerraformResult> => {
  const diagnostics: Diagnostic[] = []
  const onLine = (line: string) => {
    log.append(`${line}\n`)
    const event = parseEvent(line)
    if (event === null) return
    if (event.type === 'diagnostic') diagnostics.push(event.diagnostic)
    run.onEvent(event)
  }
  const { interrupted, abandoned } = run
  const { exitCode, stderr } = await run.followTool(call, { onLine, interrupted, abandoned })
  // Kept for people; nothing is read out of it, for Terraform also warns there of what does not matter.
  log.append(stderr)
  return { exitCode, diagnostics, logFile: log.file }
}

/** Runs `terraform … -json` to its end, and tells its events as they come. The log holds the call and every word. */
export const runTerraform = async (call: ToolCall, run: TerraformRun): Promise<TerraformResult> => {
  const log = openLogFile(run.folder, { doing: run.doing, now: run.now })
  try {
    log.append(`${renderToolCall({ ...call, env: {} })}\n`)
    return await follow(call, log, run)
  } finally {
    log.close()
  }
}
