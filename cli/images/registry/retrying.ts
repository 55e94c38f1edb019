import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'

/** How long shopctl goes on with a registry that is unwell. */
export type RetryPolicy = {
  readonly attempts: number
  readonly firstDelayMilliseconds: number
  /** Longer than this nobody is made to wait, whatever `Retry-After` says. */
  readonly longestDelayMilliseconds: number
}

export const defaultRetryPolicy: RetryPolicy = {
  attempts: 6,
  firstDelayMilliseconds: 250,
  longestDelayMilliseconds: 30_000,
}

export const isUnreachable = (error: unknown): error is ShopctlError =>
  error instanceof ShopctlError && error.code === 'REGISTRY_UNREACHABLE'

const isUnwell = (status: number): boolean => status === 429 || status >= 500

/** Seconds, or a date; null where the answer names neither. */
const askedDelay = (headers: Headers): number | null => {
  const text = headers.get('retry-after')
  if (text === null) return null
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(milliseconds) ? null : Math.max(0, milliseconds)
}

/** Doubled each time, up to half of it left to chance, so that many clients do not come back at once. */
export const delayBefore = (
  attempt: number,
  { policy, asked }: { readonly policy: RetryPolicy; readonly asked: number | null },
): number => {
  const doubled = policy.firstDelayMilliseconds * 2 ** (attempt - 1)
  const wanted = asked ?? doubled * (1 - Math.random() / 2)
  return Math.min(wanted, policy.longestDelayMilliseconds)
}

export const waitBefore = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  await pause(milliseconds, undefined, { signal }).catch(() => {
    throw interruption(signal, 'waiting for the registry')
  })
}

type Answered = { readonly status: number; readonly headers: Headers }

/**
 * Asks until the answer is neither 429 nor 5xx, or the attempts are used up: then the last answer or failure stands.
 * What a failed attempt leaves behind must not matter.
 */
export const retrying = async <Answer extends Answered>(
  ask: () => Promise<Answer>,
  { policy, signal }: { readonly policy: RetryPolicy; readonly signal: AbortSignal },
): Promise<Answer> => {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask().catch((error: unknown) => {
      if (isUnreachable(error) && attempt < policy.attempts) return null
      throw error
    })
    if (answer !== null && (!isUnwell(answer.status) || attempt >= policy.attempts)) return answer
    const asked = answer === null ? null : askedDelay(answer.headers)
    await waitBefore(delayBefore(attempt, { policy, asked }), signal)
  }
}
