/** `errors`: 5xx. `slow-answers`: longer than the objective. `latency`: against the release before. */
export type AnalysedMetric = 'errors' | 'slow-answers' | 'latency'

/** What was found of one metric of one service, or of one of its routes. */
export type Finding = {
  readonly service: string
  /** Null: all routes of the service that both releases were asked on. */
  readonly route: string | null
  readonly metric: AnalysedMetric
  readonly verdict: 'better-or-same' | 'worse' | 'inconclusive'
  /** Requests, and of them a share of 1 or, for latency, seconds that each took. */
  readonly candidate: Measured
  readonly baseline: Measured | null
  /** A share of 1; null for latency, which has the release before to be compared with. */
  readonly objective: number | null
  /** How likely a release as good as the one before looks so bad; null where nothing was compared. */
  readonly chance: number | null
  /** All of it in one sentence. */
  readonly words: string
}

export type Measured = { readonly requests: number; readonly value: number }
