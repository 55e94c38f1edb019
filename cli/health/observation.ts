/** What a platform saw of one instance (a local process, a pod). Times are milliseconds on one monotonic clock. */
export type InstanceObservation = {
  /** In the platform's own words: `orders-7d9f-x2x9k`, `orders (process 4711)`. */
  readonly name: string
  /** `waiting`: not started yet and the platform says why. `starting`: the platform is at work, nothing is wrong. */
  readonly state: 'waiting' | 'starting' | 'running' | 'exited'
  /** A word of final-reasons.ts or the platform's own, for example `ErrImagePull` or `Unschedulable`; its message. */
  readonly reason?: string
  readonly message?: string
  /** What a person can do about the reason. */
  readonly advice?: string
  readonly startedAt?: number
  /** Since when it waits for what `reason` names, however the platform's words for it changed meanwhile. */
  readonly waitingSince?: number
  readonly ready: boolean
  /** Since when `ready` has been true without a break. */
  readonly readySince?: number
  readonly restarts: number
  readonly exit?: InstanceExit
  /** The newest probe that did not pass, in words: `GET /health?check=ready answered 503 (database: down)`. */
  readonly probeFailure?: string
}

export type InstanceExit = {
  readonly code: number | null
  readonly signal: string | null
  readonly at: number
  /** Where the platform counts in whole seconds: how long it ran, `within a second`, `after 3 s`. */
  readonly after?: string
  /** What ended it, in words: `it ran out of memory (its limit is 96Mi)`. */
  readonly cause?: string
}

/** A statement of the platform about the whole, for example a quota that stops new pods. */
export type ServiceCondition = {
  readonly reason: string
  readonly message: string
  readonly advice?: string
  /** Without it: since the gate began. */
  readonly since?: number
}

/** All instances of one service that belong to the release being watched, at one moment. */
export type ServiceObservation = {
  readonly service: string
  readonly desired: number
  readonly instances: readonly InstanceObservation[]
  readonly condition?: ServiceCondition
  /** What the platform has still to do beside the instances: `1 instance of an earlier release still serves`. */
  readonly unfinished?: string
  /** Facts that decide nothing by themselves and may explain: `orders-7d9f is still ending, 40 s past its time`. */
  readonly notes?: readonly string[]
}

export type ReleaseObservation = {
  readonly at: number
  readonly services: readonly ServiceObservation[]
  /** False: the platform could not be asked; the services are what was last known. */
  readonly inTouch: boolean
  readonly lostTouch?: string
}
