/** Each request ends in exactly one. */
export const outcomes = ['ok', 'failed', 'timed_out', 'cancelled'] as const

export type Outcome = (typeof outcomes)[number]

/** The first word of the reason of a failed request. `local`: the generator ran out of something, not the shop. */
export const failureClasses = ['status', 'check', 'reset', 'refused', 'dns', 'protocol', 'local'] as const

export type FailureClass = (typeof failureClasses)[number]

/** Says no to a step whose request was not ok. Without a stack: thousands may come in a second. */
export class RequestFailed extends Error {
  readonly outcome: Outcome
  /** Null where the outcome says it all. */
  readonly reason: string | null

  constructor(outcome: Outcome, reason: string | null) {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(reason ?? outcome)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'RequestFailed'
    this.outcome = outcome
    this.reason = reason
  }
}
