import type { StackWaiver } from '../../stacks/waivers.ts'

export type ChangeKind = 'create' | 'update' | 'replace' | 'delete' | 'forget'

/** What a change may do to users or data, worst first. */
export type RiskKind = 'data-loss' | 'exposure' | 'outage' | 'unknown'

/** Parts of the shop by which people are told of changes. */
export type ResourceGroup =
  | 'network'
  | 'cluster'
  | 'database'
  | 'cache'
  | 'storage'
  | 'secrets'
  | 'keys'
  | 'permissions'
  | 'logs'
  | 'registry'
  | 'state'
  | 'other'

/** Values in words: `(sensitive)`, `(known after apply)`; null where there was or will be none. */
export type AttributeChange = {
  readonly path: string
  readonly from: string | null
  readonly to: string | null
  readonly forcesReplacement: boolean
}

export type ResourceChange = {
  readonly address: string
  readonly type: string
  readonly group: ResourceGroup
  readonly kind: ChangeKind
  /** Terraform's own reason in words, where it gives one. */
  readonly reason: string | null
  readonly attributes: readonly AttributeChange[]
}

export type Risk = {
  readonly kind: RiskKind
  readonly address: string
  /** A sentence with its meaning: "The database would be replaced: all data in it is lost." */
  readonly what: string
  /** The attribute or the value that brings it. */
  readonly why: string
}

/** Our own rules, and a scanner's. */
export type PolicyFinding = {
  readonly rule: string
  readonly severity: 'critical' | 'high' | 'medium' | 'low'
  readonly address: string
  readonly what: string
  /** What to change in stacks/. */
  readonly remedy: string
  readonly waiver: StackWaiver | null
}

/** What a plan means. Made from `terraform show -json` alone. */
export type PlanVerdict = {
  readonly outcome: 'unchanged' | 'changes'
  readonly counts: Readonly<Record<ChangeKind, number>>
  /** Worst first, no-ops and reads left out. */
  readonly changes: readonly ResourceChange[]
  readonly outputs: readonly { readonly name: string; readonly kind: 'create' | 'update' | 'delete' }[]
  /** Worst first. */
  readonly risks: readonly Risk[]
  readonly findings: readonly PolicyFinding[]
  /** Waivers that cover nothing or are over. */
  readonly brokenWaivers: readonly { readonly waiver: StackWaiver; readonly why: 'unused' | 'expired' }[]
}
