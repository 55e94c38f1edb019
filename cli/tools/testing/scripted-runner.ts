import { type RunTool, renderToolCall, type ToolCall, type ToolResult } from '../tool-call.ts'

export type PlannedCall = {
  /** The call exactly as `renderToolCall` prints it. */
  readonly call: string
  readonly result?: Partial<ToolResult>
  readonly error?: Error
}

export type ScriptedRunner = {
  readonly runTool: RunTool
  /** Every call that was made, whole, in order. */
  readonly made: readonly ToolCall[]
  /** Planned calls that nobody has made yet. */
  readonly left: () => readonly string[]
}

/** Answers planned calls in their order and refuses every other, so that a test sees all that a flow would run. */
export const scriptedRunner = (planned: readonly PlannedCall[]): ScriptedRunner => {
  const waiting = [...planned]
  const made: ToolCall[] = []
  const runTool: RunTool = async (call) => {
    const printed = renderToolCall(call)
    const next = waiting[0]
    if (next?.call !== printed) {
      throw new Error(`Nobody planned the call\n  ${printed}\nPlanned next is\n  ${next?.call ?? 'nothing'}`)
    }
    waiting.shift()
    made.push(call)
    if (next.error !== undefined) throw next.error
    return { exitCode: 0, stdout: '', stderr: '', milliseconds: 0, ...next.result }
  }
  return { runTool, made, left: () => waiting.map((call) => call.call) }
}
