import type { StackReference } from '../../stacks/stack-reference.ts'

/** One line of `terraform … -json` that means something here; other types and broken lines are left out. */
export type TerraformEvent =
  | { readonly type: 'refresh'; readonly address: string; readonly state: 'started' | 'done' }
  | { readonly type: 'planned'; readonly address: string; readonly action: string }
  | { readonly type: 'began'; readonly address: string; readonly action: string }
  | { readonly type: 'going-on'; readonly address: string; readonly action: string; readonly elapsedSeconds: number }
  | {
      readonly type: 'done'
      readonly address: string
      readonly action: string
      readonly elapsedSeconds: number
      readonly id: string | null
    }
  /** Why comes later, as a diagnostic with the same address, or never. */
  | { readonly type: 'failed'; readonly address: string; readonly action: string; readonly elapsedSeconds: number }
  | {
      readonly type: 'summary'
      readonly operation: string
      readonly add: number
      readonly change: number
      readonly remove: number
    }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }
  /** Terraform's own words on an interrupt and the like. */
  | { readonly type: 'log'; readonly level: string; readonly message: string }
  /** Not Terraform's: what it waits for before it is started. */
  | { readonly type: 'waiting'; readonly message: string }

/** Never with the snippet: that may hold the whole file. */
export type Diagnostic = {
  readonly severity: 'error' | 'warning'
  readonly summary: string
  readonly detail: string
  readonly address: string | null
}

export type OnEvent = (event: TerraformEvent) => void

/** What an apply did, told from its events: success is the exit code and no error diagnostic. */
export type ApplyOutcome = {
  readonly outcome: 'done' | 'failed' | 'interrupted'
  readonly done: readonly string[]
  /** Began and did not end: half made, tainted in the state, replaced by the next plan. */
  readonly tainted: readonly string[]
  readonly notBegun: readonly string[]
  readonly failed: readonly { readonly address: string; readonly why: string }[]
  /** Terraform's whole output, secrets and all: mode 0600. */
  readonly logFile: string
}

export type PlanMode = 'normal' | 'destroy' | 'refresh-only'

export type PlanRequest = {
  readonly mode: PlanMode
  /** What only looks takes no lock. */
  readonly lock: 'take' | 'leave'
  readonly onEvent: OnEvent
}

/** A saved plan: mode 0600, because it holds secrets; kept for 24 h. */
export type SavedPlan = {
  readonly file: string
  /** sha256 of the file. */
  readonly digest: string
  /** `terraform show -json` of it, parsed and not yet judged. */
  readonly json: unknown
}

/**
 * Terraform in the run folder of one stack. Every method throws ShopctlError only: TERRAFORM_FAILED and its kin with
 * one sentence, the reason and the command; STATE_LOCKED (refused) with the holder; PLAN_STALE (refused); INTERRUPTED.
 */
export interface Terraform {
  readonly stack: StackReference
  readonly folder: string
  /** Writes the synthesised JSON anew, takes every *_override.tf.json away, and initialises. */
  init(onEvent: OnEvent): Promise<void>
  plan(request: PlanRequest): Promise<SavedPlan>
  /** A plan that was saved before; throws PLAN_MISSING (refused). */
  readPlan(file: string): Promise<SavedPlan>
  /** Applies exactly this file; never throws for what Terraform did, so that all of it can be told. */
  apply(plan: SavedPlan, onEvent: OnEvent): Promise<ApplyOutcome>
  /** Brings the state to what AWS says, after an apply: else all that AWS fills in would look like drift. */
  refresh(onEvent: OnEvent): Promise<void>
  outputs(): Promise<Readonly<Record<string, { readonly value: unknown; readonly sensitive: boolean }>>>
  /** `terraform show -json` of the state as it is, not yet parsed further; null where there is none. */
  state(): Promise<unknown>
  unlock(id: string): Promise<void>
  /** Keeps what an interrupted run left half made: the next plan finishes it where it is, and replaces nothing. */
  untaint(address: string): Promise<void>
}
