import type { Ending } from '../../kit/end-together.ts'

/** Less than the route's deadline and the saga's lease. */
const payMilliseconds = 18_000
/** Less than requests have once a stop has begun: each is answered, and its saga left to whoever goes on. */
const endingMilliseconds = 9_000

/** How long payments may take in their requests: their whole time, or less where the process is about to end. */
export type PayTime = Ending & {
  /** One payment, from its request on; the signal ends its remote calls. */
  run<Result>(payment: (signal: AbortSignal) => Promise<Result>): Promise<Result>
}

export function openPayTime(): PayTime {
  const ending = new AbortController()
  const running = new Set<Promise<unknown>>()
  let draining: NodeJS.Timeout | undefined

  function signalOfOne(): AbortSignal {
    if (draining !== undefined) return AbortSignal.timeout(endingMilliseconds)
    return AbortSignal.any([ending.signal, AbortSignal.timeout(payMilliseconds)])
  }

  return {
    async run(payment) {
      const paid = payment(signalOfOne())
      running.add(paid)
      return paid.finally(() => running.delete(paid))
    },
    drain() {
      draining ??= setTimeout(() => ending.abort(), endingMilliseconds)
    },
    /** What is left then was cut off: it gives back what it holds while there is a database. */
    async close() {
      clearTimeout(draining)
      ending.abort()
      await Promise.allSettled(running)
    },
  }
}
