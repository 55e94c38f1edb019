import { exitCodes, type Outcome } from './exit-codes.ts'

/** What a person needs to act: the thing and the environment in the past tense, the evidence, and what to type. */
export type Failure = {
  /** A literal name, for example `LOCK_HELD`; scripts may match on it and it never changes its meaning. */
  readonly code: string
  /** Decides the exit code. */
  readonly outcome: Exclude<Outcome, 'done' | 'changes'>
  /** One sentence: what happened and, after a change, what users are on now. */
  readonly what: string
  /** Evidence in the platform's own words, most telling line first. */
  readonly why?: readonly string[]
  /** Commands that can be pasted as they stand. */
  readonly fix?: readonly string[]
  readonly cause?: unknown
}

/** The one error class. Anything else that escapes a command is a bug and exits 1 with its stack. */
export class ShopctlError extends Error {
  readonly code: string
  readonly outcome: Failure['outcome']
  readonly why: readonly string[]
  readonly fix: readonly string[]

  constructor(failure: Failure) {
    super(failure.what, failure.cause === undefined ? undefined : { cause: failure.cause })
    this.name = 'ShopctlError'
    this.code = failure.code
    this.outcome = failure.outcome
    this.why = failure.why ?? []
    this.fix = failure.fix ?? []
  }

  get exitCode(): number {
    return exitCodes[this.outcome].code
  }
}
