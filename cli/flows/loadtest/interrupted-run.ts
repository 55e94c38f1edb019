import type { KeptRun } from '../../../loadtest/report/kept-run.ts'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { KeptFiles } from './keep-run.ts'

/** After the load was stopped, the partial result kept and the shop cleared. */
export const interruptedRun = (
  signal: AbortSignal,
  { run, files }: { readonly run: KeptRun; readonly files: KeptFiles },
): ShopctlError => {
  const { totals, windows } = run.result
  const { code, message, outcome } = interruption(signal, 'sending the load')
  const seconds = windows.reduce((sum, window) => sum + window.seconds, 0)
  return new ShopctlError({
    code,
    outcome,
    what: message,
    why: [
      `${totals.started} requests were sent in ${seconds} s: ${totals.ok} ok, ${totals.failed} failed, ${totals.timed_out} timed out, ${totals.cancelled} cancelled`,
      `the partial result is in ${files.result}`,
    ],
    cause: signal.reason,
  })
}
