/** What a platform saw of one instance (a local process, a pod). Times are milliseconds on one monotonic clock. */
export type InstanceObservation = {
  /** In the platform's own words: `orders-7d9f-x2x9k`, `orders (process 4711)`. */
  readonly name: string
  /** `waiting`: not started yet and the platform says why. */
  readonly state: 'waiting' | 'starting' | 'running' | 'exited'
  /** The platform's own word for why, for example `ErrImagePull` or `Unschedulable`, and its message. */
  readonly reason?: string
  readonly message?: string
  readonly startedAt?: number
  readonly ready: boolean
  /** Since when `ready` has been true without a break. */
  readonly readySince?: number
  readonly restarts: number
  readonly exit?: { readonly code: number | null; readonly signal: string | null; readonly at: number }
  /** The newest probe that did not pass, in words: `GET /health?check=ready answered 503 (database: down)`. */
  readonly probeFailure?: string
}

/** All instances of one service that belong to the release being watched, at one moment. */
export type ServiceObservation = {
  readonly service: string
  readonly desired: number
  readonly instances: readonly InstanceObservation[]
  /** A statement of the platform about the whole, for example a quota that stops new pods. */
  readonly condition?: { readonly reason: string; readonly message: string }
}

export type ReleaseObservation = {
  readonly at: number
  readonly services: readonly ServiceObservation[]
  /** False: the platform could not be asked; the services are what was last known. */
  readonly inTouch: boolean
  readonly lostTouch?: string
}
