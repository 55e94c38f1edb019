import { CLIError } from '@oclif/core/errors'
import { interruption } from './errors/interruption.ts'
import { ShopctlError } from './errors/shopctl-error.ts'
import { withSourcePositions } from './start/source-positions.ts'
import { RefusedValue } from './usage/refused-value.ts'
import { type ParsedCommand, usageFailure } from './usage/usage-failure.ts'

const bug = (error: unknown): ShopctlError =>
  new ShopctlError({
    code: 'BUG',
    outcome: 'bug',
    what: 'shopctl has a bug: it met an error that it does not know.',
    why: withSourcePositions(error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n'),
    cause: error,
  })

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

type Situation = { readonly command: ParsedCommand; readonly interrupted: AbortSignal }

/** Whatever a command threw as a failure that can be shown: wrong usage, an interrupt, a failure of the flow, or a bug. */
export const failureOf = (error: unknown, { command, interrupted }: Situation): ShopctlError => {
  if (error instanceof ShopctlError) return error
  if (error instanceof RefusedValue) return error.refusal
  if (error instanceof CLIError) return usageFailure(error, command)
  if (interrupted.aborted && isAbort(error)) return interruption(interrupted, `running ${command.id}`)
  return bug(error)
}
