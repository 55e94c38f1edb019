import type { HealthPolicy } from '../health/policy.ts'
import type { Reporter } from '../output/events.ts'
import type { Platform } from '../platforms/platform.ts'
import type { ReadAncestry } from '../releases/read-ancestry.ts'
import type { Commit } from '../releases/release.ts'
import type { runChecks } from '../smoke/run-checks.ts'

/** What a flow works with: everything that crosses a process, the network or time comes in here. */
export type FlowMeans = {
  readonly environment: string
  readonly platform: Platform
  readonly reporter: Reporter
  readonly policy: HealthPolicy
  /** Name of the person or job: the record and the lock show it. */
  readonly who: string
  /** What the person typed, for "type it again": `deploy --env staging`. */
  readonly command: string
  readonly smoke: typeof runChecks
  readonly commit: () => Promise<Commit | null>
  /** Whether a commit is in the history of what is checked out. */
  readonly ancestry: ReadAncestry
  readonly now: () => Date
  /** Fires at the first Ctrl-C or SIGTERM: start nothing more, put back what was begun. */
  readonly interrupted: AbortSignal
  /** Fires at the second: stop at once and say what is left half done. */
  readonly abandoned: AbortSignal
}
