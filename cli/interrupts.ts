import { ShopctlError } from './errors/shopctl-error.ts'

export type Interrupts = {
  /** Fires at the first Ctrl-C, SIGTERM or SIGHUP: start nothing more, put back what was begun. */
  readonly interrupted: AbortSignal
  /** Fires at the second: stop at once and say what is left half done. A third ends the process. */
  readonly abandoned: AbortSignal
  /** Gives the signals their usual meaning back. */
  close(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const exitCode = 130

const interruptedBy = (signal: string): ShopctlError =>
  new ShopctlError({ code: 'INTERRUPTED', outcome: 'interrupted', what: `Interrupted by ${signal}.` })

/** Turns the signals of the process into two AbortSignals, each aborted with INTERRUPTED. */
export const listenForInterrupts = (source: NodeJS.Process = process): Interrupts => {
  const first = new AbortController()
  const second = new AbortController()
  const listen = (signal: string) => {
    if (!first.signal.aborted) first.abort(interruptedBy(signal))
    else if (!second.signal.aborted) second.abort(interruptedBy(signal))
    else source.exit(exitCode)
  }
  for (const signal of signals) source.on(signal, listen)
  return {
    interrupted: first.signal,
    abandoned: second.signal,
    close: () => {
      for (const signal of signals) source.removeListener(signal, listen)
    },
  }
}
