import type { HealthPolicy } from '../health/policy.ts'
import type { Conflicts } from '../platforms/platform.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import type { Steps } from './steps.ts'

/** A service that failed itself, and the sentence that says how. */
export type Culprit = { readonly service: string; readonly reason: string }

/** Why a release did not come to its users, before anything was undone. */
export type Setback = {
  readonly code: 'MIGRATION_FAILED' | 'SEED_FAILED' | 'APPLY_FAILED' | 'ROLLOUT_UNHEALTHY' | 'SMOKE_FAILED'
  /** The first half of the sentence; what users are on now is added when that is known. */
  readonly what: string
  readonly culprits: readonly Culprit[]
  readonly reasons: readonly string[]
}

export type Attempt =
  | { readonly result: 'promoted' }
  | { readonly result: 'setback'; readonly setback: Setback }
  /** `suspects` are the services that were not shown to be healthy. */
  | {
      readonly result: 'unknown'
      readonly code: string
      readonly reasons: readonly string[]
      readonly suspects: readonly Culprit[]
    }
  /** An interrupt, a refusal in the middle, or a bug. */
  | { readonly result: 'thrown'; readonly cause: unknown }

export type AttemptContext = {
  readonly means: FlowMeans
  readonly steps: Steps
  readonly signal: AbortSignal
  /** Services whose digest and settings have succeeded here before. */
  readonly proven: ReadonlySet<string>
  /** Services with migrations that this environment has not seen. */
  readonly toMigrate: readonly string[]
  readonly demoData: 'load' | 'none'
  readonly policy: HealthPolicy
  readonly conflicts: Conflicts
  /** Keeps what is known so far: a crash right after must find it. */
  readonly keep: (changes: Partial<ReleaseRecord>) => Promise<void>
}
