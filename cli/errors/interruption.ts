import { ShopctlError } from './shopctl-error.ts'

/** What an aborted signal becomes: the ShopctlError that it was aborted with, else INTERRUPTED naming what was being done. */
export const interruption = (signal: AbortSignal, doing: string): ShopctlError => {
  if (signal.reason instanceof ShopctlError) return signal.reason
  return new ShopctlError({
    code: 'INTERRUPTED',
    outcome: 'interrupted',
    what: `Interrupted while ${doing}.`,
    cause: signal.reason,
  })
}
