import { ShopctlError } from '../../errors/shopctl-error.ts'
import { lastWords } from '../../tools/last-words.ts'
import type { RunTool, ToolCall, ToolResult } from '../../tools/tool-call.ts'

type Failure = { readonly why: readonly string[]; readonly fix?: readonly string[]; readonly cause?: unknown }

/** There is no verdict. That is never a pass: whoever needs one stops here, before anything was changed. */
export const scanFailed = (subject: string, { why, fix = [], cause }: Failure): ShopctlError =>
  new ShopctlError({
    code: 'SCAN_FAILED',
    outcome: 'refused',
    what: `The scan of ${subject} came to no verdict; nothing was changed.`,
    why,
    fix,
    cause,
  })

/** The end of what the scanner wrote to its log. */
export const said = ({ stderr }: Pick<ToolResult, 'stderr'>): readonly string[] => lastWords(stderr.split('\n'))

type Run = { readonly runTool: RunTool; readonly signal: AbortSignal; readonly subject: string }

/** Runs the scanner. One that did not end in time has no verdict either, and has changed nothing. */
export const runScanner = async (call: ToolCall, { runTool, signal, subject }: Run): Promise<ToolResult> => {
  try {
    return await runTool(call, signal)
  } catch (error) {
    if (!(error instanceof ShopctlError) || error.code !== 'TOOL_TIMEOUT') throw error
    throw scanFailed(subject, { why: [error.message, ...error.why], cause: error })
  }
}
