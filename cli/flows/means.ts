import type { HealthPolicy } from '../health/policy.ts'
import type { Reporter } from '../output/events.ts'
import type { WatchedPlatform } from '../platforms/open-watched.ts'
import type { Platform } from '../platforms/platform.ts'
import type { ReadAncestry } from '../releases/read-ancestry.ts'
import type { Commit, ReleaseRecord } from '../releases/release.ts'
import type { runChecks } from '../smoke/run-checks.ts'
import type { AnalysisWish } from './analysis/analysis-wish.ts'

/** What a flow works with that asks nothing but a Prometheus; the environment may be out of reach. */
export type WatchMeans = Pick<FlowMeans, 'environment' | 'now' | 'interrupted'> & { readonly platform: WatchedPlatform }

/** What a flow works with: everything that crosses a process, the network or time comes in here. */
export type FlowMeans = {
  readonly environment: string
  readonly platform: Platform
  readonly reporter: Reporter
  readonly policy: HealthPolicy
  /** Whether a release is watched once users are on it; left out where nobody asked for it. */
  readonly analysis?: AnalysisWish
  /** Name of the person or job: the record and the lock show it. */
  readonly who: string
  /** What the person typed, for "type it again": `deploy --env staging`. */
  readonly command: string
  readonly smoke: typeof runChecks
  readonly commit: () => Promise<Commit | null>
  /** Whether a commit is in the history of what is checked out. */
  readonly ancestry: ReadAncestry
  /** Tells others of a release whose record is closed, whatever became of it. Nobody waits for it and it never fails. */
  readonly announce?: (closed: { readonly release: ReleaseRecord; readonly previous: ReleaseRecord | null }) => void
  readonly now: () => Date
  /** Fires at the first Ctrl-C or SIGTERM: start nothing more, put back what was begun. */
  readonly interrupted: AbortSignal
  /** Fires at the second: stop at once and say what is left half done. */
  readonly abandoned: AbortSignal
}
