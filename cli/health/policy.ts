/** The health gate's rules for one environment, as data. Durations are seconds. */
export type HealthPolicy = {
  /** An instance may end and be restarted this often during the gate before its service is unhealthy. */
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

/**
 * Local: nothing restarts a process, so the first end is the verdict. The window is longer than five seconds because
 * the crash that a readiness probe misses most often is the one of the first timer or the first connection that ends.
 */
const local: HealthPolicy = {
  restartsTolerated: 0,
  slowStartSeconds: 10,
  stabilitySeconds: 6,
  provenStabilitySeconds: 1,
  waitingSeconds: 10,
  outOfTouchSeconds: 5,
  deadlineSeconds: 60,
}

/**
 * Kubernetes: the platform restarts what ends, and a database that comes up a second late ends a service once; a second
 * end is a loop. Out of touch is longer than an API server's restart or failover. The proven windows still outlast
 * two readiness probes.
 */
const kubernetes = { restartsTolerated: 1, outOfTouchSeconds: 30 } as const

/** One replica on a cluster without an autoscaler: nothing that is short becomes more, and somebody is looking. */
const dev: HealthPolicy = {
  ...kubernetes,
  slowStartSeconds: 30,
  stabilitySeconds: 5,
  provenStabilitySeconds: 2,
  waitingSeconds: 20,
  deadlineSeconds: 300,
}

/** A throttled registry says to come back in a minute; new pods are first asked after 5 s and then every 5 s. */
const staging: HealthPolicy = {
  ...kubernetes,
  slowStartSeconds: 45,
  stabilitySeconds: 10,
  provenStabilitySeconds: 5,
  waitingSeconds: 60,
  deadlineSeconds: 420,
}

/**
 * A node that an autoscaler adds takes two to three minutes, a load balancer some ten seconds more to let a new pod in.
 * The deadline is below the Deployments' own progressDeadlineSeconds (600), so that shopctl is the one who decides.
 */
const prod: HealthPolicy = {
  ...kubernetes,
  slowStartSeconds: 60,
  stabilitySeconds: 20,
  provenStabilitySeconds: 10,
  waitingSeconds: 180,
  deadlineSeconds: 540,
}

export const healthPolicies: Readonly<Record<string, HealthPolicy>> = { local, dev, staging, prod }

/** The inner loop: the developer is looking, so readiness is enough and the next save mends what it missed. */
export const watchPolicy: HealthPolicy = { ...local, stabilitySeconds: 0, provenStabilitySeconds: 0 }
