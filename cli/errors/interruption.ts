import { ShopctlError } from './shopctl-error.ts'

const outOfTime = (doing: string, cause: unknown): ShopctlError =>
  new ShopctlError({ code: 'OUT_OF_TIME', outcome: 'unknown', what: `No answer in time while ${doing}.`, cause })

/**
 * What an aborted signal becomes, with what was being done in the sentence: INTERRUPTED, OUT_OF_TIME for a signal of
 * AbortSignal.timeout, or the ShopctlError of another kind that the signal was aborted with, as it is.
 */
export const interruption = (signal: AbortSignal, doing: string): ShopctlError => {
  const reason: unknown = signal.reason
  if (reason instanceof ShopctlError && reason.code !== 'INTERRUPTED') return reason
  if (reason instanceof Error && reason.name === 'TimeoutError') return outOfTime(doing, reason)
  const by = reason instanceof ShopctlError ? reason.message.replace(/\.$/, '') : 'Interrupted'
  return new ShopctlError({ code: 'INTERRUPTED', outcome: 'interrupted', what: `${by} while ${doing}.`, cause: reason })
}
