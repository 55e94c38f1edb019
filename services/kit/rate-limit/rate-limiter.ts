/** `name` is the label of metrics and the quoted word of the RateLimit headers. */
export type RatePolicy = { readonly name: string; readonly quota: number; readonly windowSeconds: number }

export type RateDecision = {
  readonly allowed: boolean
  /** Of the quota, after this one. */
  readonly remaining: number
  /** Until the window ends. */
  readonly resetSeconds: number
  /** Redis did not answer: this process counted alone. */
  readonly degraded: boolean
}

/** Counts in one atomic step, in Redis or this process: the same answers. Never rejects. */
export type RateLimiter = {
  take(policy: RatePolicy, key: string): Promise<RateDecision>
}
