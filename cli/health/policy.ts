/** The health gate's rules for one environment, as data. Durations are seconds. */
export type HealthPolicy = {
  /** An instance may restart this often during the gate before its service is unhealthy. */
  readonly restartsTolerated: number
  /** How long an instance may live without passing its readiness probe before that counts as evidence against it. */
  readonly slowStartSeconds: number
  /** How long every instance must stay ready, without a break, before the release is healthy. */
  readonly stabilitySeconds: number
  /** The same for digests and settings that have already succeeded in this environment (a rollback, a reboot). */
  readonly provenStabilitySeconds: number
  /** How long a reason that may pass by itself (an image pull, scheduling) is waited for. */
  readonly waitingSeconds: number
  /** How long without an answer from the platform until the verdict is `unknown`. */
  readonly outOfTouchSeconds: number
  /** The end of the gate: nothing proven by then is `unknown`. */
  readonly deadlineSeconds: number
}
