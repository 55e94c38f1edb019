import type { Commit } from '../releases/release.ts'
import type { SeverityCounts } from '../releases/scan-record.ts'
import type { Failure } from './run-reports.ts'

/** `unknown`: it ended, and nothing proves how. */
export type Outcome = 'passed' | 'failed' | 'unknown' | 'aborted'

/** Who started the run and where it can be looked at; by hand there is no address. */
export type BuildFacts = {
  readonly name: string
  readonly url: string | null
  /** `pull request 17`, `tag v1.4.0`, `branch main`, `by hand` */
  readonly trigger: string
  readonly who: string
}

export type CommandRun = {
  readonly typed: string
  readonly outcome: Outcome
  readonly exitCode: number
  readonly startedAt: string
  readonly milliseconds: number
  readonly failure: Failure | null
}

export type TimelineStep = {
  readonly title: string
  readonly outcome: 'done' | 'skipped' | 'failed' | 'interrupted' | 'running'
  /** After the command began. */
  readonly atMilliseconds: number
  readonly milliseconds: number
  readonly detail: string | null
}

/** One command that opened a release: a deploy, a promotion, a rollback. */
export type Rollout = {
  readonly typed: string
  readonly environment: string
  readonly release: number
  readonly previous: number | null
  /** As the record was closed; null where it never was. */
  readonly state: string | null
  readonly milliseconds: number
  readonly changes: readonly { readonly service: string; readonly from: string | null; readonly to: string | null }[]
  readonly steps: readonly TimelineStep[]
}

export type ScanLine = {
  readonly subject: string
  readonly digest: string | null
  readonly verdict: string
  readonly counts: SeverityCounts
  readonly waived: number
}

export type TestLine = {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly milliseconds: number
  /** Titles, at most twenty. */
  readonly failures: readonly string[]
}

export type LoadLine = {
  readonly environment: string
  readonly profile: string
  readonly verdict: string
  readonly figures: string
  readonly objectives: readonly { readonly text: string; readonly verdict: string; readonly because: string }[]
}

export type CostLine = {
  readonly environment: string
  readonly monthlyUsd: number
  /** Null where nobody was asked what stands now. */
  readonly changeUsd: number | null
  readonly budgetUsd: number
  readonly verdict: string
}

/** Everything that the page, the comment and the message tell of one pipeline run. */
export type Evidence = {
  readonly build: BuildFacts
  readonly commit: Commit | null
  readonly outcome: Outcome
  /** What it has come to, in one sentence. */
  readonly sentence: string
  readonly failure: (Failure & { readonly typed: string }) | null
  readonly startedAt: string | null
  readonly milliseconds: number
  /** Newest first; `since` is what they are counted from. */
  readonly changes: { readonly since: string; readonly commits: readonly Omit<Commit, 'dirty'>[] } | null
  readonly digests: readonly { readonly service: string; readonly digest: string }[]
  readonly rollouts: readonly Rollout[]
  readonly scans: readonly ScanLine[]
  readonly tests: readonly TestLine[]
  readonly loads: readonly LoadLine[]
  readonly costs: readonly CostLine[]
  readonly commands: readonly CommandRun[]
  readonly warnings: readonly string[]
}
