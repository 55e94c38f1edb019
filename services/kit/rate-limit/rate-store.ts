import type { RatePolicy } from './rate-limiter.ts'

export type RateCount = {
  /** In the running window, this one included. */
  readonly taken: number
  readonly resetMilliseconds: number
}

/** Where requests are counted. A window begins with the first request and ends on its own, however many come. */
export type RateStore = {
  /** Counts and answers in one step, so that two who ask at once never see the same count. */
  take(policy: RatePolicy, key: string): Promise<RateCount>
}
