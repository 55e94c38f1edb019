import { quoteWord } from '../errors/quote-word.ts'
import { redact } from './redact.ts'

/** A program run as a value: it can be printed, compared and dry-run before anything happens. */
export type ToolCall = {
  /** A name that is looked up on PATH, or an absolute path. */
  readonly program: string
  readonly args: readonly string[]
  /** Added to the command line's own environment, or the whole environment where `inherit` is `nothing`. */
  readonly env?: Readonly<Record<string, string>>
  readonly inherit?: 'everything' | 'nothing'
  /** What the program reads from its standard input; without it that is empty. */
  readonly input?: string
  readonly cwd?: string
  /** Runs the program as this user; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** Never printed, and refused in `args`, which every user of the machine can read. */
  readonly secrets?: readonly string[]
  readonly timeoutSeconds: number
}

export type ToolResult = {
  /** As a shell says it: 128 and the signal's number where a signal ended the program. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
}

/** Runs a program to its end. A non-zero exit code is an answer, not an error. */
export type RunTool = (call: ToolCall, signal: AbortSignal) => Promise<ToolResult>

export type Following = {
  /** Each line of the standard output as soon as it is whole, and the last one as far as it came. */
  readonly onLine: (line: string) => void
  /** Passed on as one SIGINT; then the program is waited for, for as long as it needs to end in its own way. */
  readonly interrupted: AbortSignal
  /** Passed on as a second SIGINT; who does not end soon after it is ended. */
  readonly abandoned: AbortSignal
}

/**
 * Runs a program that must not simply be ended, because it keeps books on what it does. An interrupt is no error here:
 * the exit code says what became of it.
 */
export type FollowTool = (call: ToolCall, following: Following) => Promise<ToolResult>

/** The call as a line for a shell, without its secrets. */
export const renderToolCall = (call: ToolCall): string => {
  const variables = Object.entries(call.env ?? {}).map(([name, value]) => `${name}=${quoteWord(value)}`)
  const words = [...variables, quoteWord(call.program), ...call.args.map(quoteWord)].join(' ')
  const placed = call.cwd === undefined ? words : `(cd ${quoteWord(call.cwd)} && ${words})`
  return redact(placed, call.secrets ?? [])
}
