/** How long, how often and until when this service asks another. Every outbound client is made from this table. */
export type PeerPolicy = {
  readonly connectMilliseconds: number
  /** Over all tries together, waits between them and reading the answer included. */
  readonly totalMilliseconds: number
  /** At most; more than one only for a call that may be repeated. */
  readonly tries: number
  readonly retryDelayMilliseconds: { readonly least: number; readonly most: number }
  readonly breaker: {
    readonly failuresInARow: number
    readonly window: { readonly tries: number; readonly failures: number }
    readonly probeAfterMilliseconds: number
  }
  readonly answerBytes: number
}

const insideTheShop = {
  connectMilliseconds: 500,
  totalMilliseconds: 2_000,
  retryDelayMilliseconds: { least: 50, most: 200 },
  breaker: { failuresInARow: 5, window: { tries: 20, failures: 10 }, probeAfterMilliseconds: 5_000 },
  answerBytes: 1_048_576,
} as const

export const peerPolicies = {
  catalog: { ...insideTheShop, tries: 3 },
  users: { ...insideTheShop, tries: 2 },
} as const satisfies Record<string, PeerPolicy>
