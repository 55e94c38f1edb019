import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  circuitBreaker,
  handleWhen,
  type IBackoff,
  type IBreaker,
  type RetryPolicy,
  retry,
} from 'cockatiel'
import type { BreakerState } from './peer-metrics.ts'
import type { PeerPolicy } from './peer-policies.ts'

export type PeerFaultFacts = {
  /** Whether the peer may have acted on the request. */
  readonly sent: boolean
  /** Whose doing: the peer did not answer, answered 5xx or with garbage; or our own caller left. */
  readonly by: 'peer' | 'caller'
  readonly cause: unknown
}

/** One try that brought no answer. */
export class PeerFault extends Error {
  override readonly name = 'PeerFault'
  readonly sent: boolean
  readonly by: 'peer' | 'caller'

  constructor(message: string, { sent, by, cause }: PeerFaultFacts) {
    super(message, { cause })
    this.sent = sent
    this.by = by
  }
}

const faultsOfThePeer = handleWhen((error) => error instanceof PeerFault && error.by === 'peer')

/** Opens at so many faults in a row, or at so many among the last tries. */
export function peerBreaker({ breaker }: PeerPolicy, changed: (state: BreakerState) => void): CircuitBreakerPolicy {
  const policy = circuitBreaker(faultsOfThePeer, {
    halfOpenAfter: breaker.probeAfterMilliseconds,
    breaker: whicheverOpensFirst([
      new ConsecutiveBreaker(breaker.failuresInARow),
      new CountBreaker({
        size: breaker.window.tries,
        // cockatiel opens above its threshold, the policy says "at"
        threshold: (breaker.window.failures - 0.5) / breaker.window.tries,
      }),
    ]),
  })
  policy.onStateChange((state) => changed(words[state]))
  return policy
}

const words: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
}

/** Tries again after a wait that differs each time, so that callers who failed together do not come back together. */
export function peerRetry({ tries, retryDelayMilliseconds: { least, most } }: PeerPolicy): RetryPolicy {
  const jitter = (): IBackoff<unknown> => ({ duration: least + Math.random() * (most - least), next: jitter })
  return retry(faultsOfThePeer, { maxAttempts: tries - 1, backoff: { next: jitter } })
}

function whicheverOpensFirst(breakers: readonly IBreaker[]): IBreaker {
  return {
    state: undefined,
    success(state) {
      for (const breaker of breakers) breaker.success(state)
    },
    failure: (state) => breakers.map((breaker) => breaker.failure(state)).includes(true),
  }
}
