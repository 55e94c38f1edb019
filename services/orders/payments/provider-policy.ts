import type { PeerPolicy } from '../../kit/peer-policies.ts'

export type ProviderPolicy = PeerPolicy & {
  /** One try gives up here, so that there is time left for the second; a slow charge is done well before. */
  readonly tryMilliseconds: number
}

/** How long, how often and until when a payment provider is asked. The same for each, and each has a breaker of its own. */
export const providerPolicy = {
  connectMilliseconds: 2_000,
  tryMilliseconds: 7_000,
  totalMilliseconds: 10_000,
  tries: 2,
  retryDelayMilliseconds: { least: 50, most: 200 },
  breaker: { failuresInARow: 5, window: { tries: 20, failures: 10 }, probeAfterMilliseconds: 5_000 },
  answerBytes: 1_048_576,
} as const satisfies ProviderPolicy
