export type RetryPolicy = {
  /** After the first, second … attempt; as many attempts as waits and one, then the event is dead. */
  readonly waitsSeconds: readonly number[]
  /** From 0 to 1. */
  random(): number
}

/** Eight attempts in about three minutes. */
export const defaultRetryPolicy: RetryPolicy = { waitsSeconds: [1, 2, 4, 8, 16, 32, 60], random: Math.random }

const jitter = 0.2

/** How long until the next attempt, ± 20 % so that what failed together does not come back together; null: none. */
export function waitMilliseconds(attempts: number, { waitsSeconds, random }: RetryPolicy): number | null {
  const seconds = waitsSeconds[attempts - 1]
  if (seconds === undefined) return null
  return Math.round(seconds * 1_000 * (1 + jitter * (2 * random() - 1)))
}
