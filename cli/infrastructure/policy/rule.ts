import type { PolicyFinding } from '../plan-verdict.ts'
import type { PlannedResource, PlannedStack } from './planned-stack.ts'

export type Rule = {
  /** What a waiver names; it never changes its meaning. */
  readonly id: string
  readonly severity: PolicyFinding['severity']
  /** Whether breaking it lets somebody in: then it is a risk of the plan as well. */
  readonly exposes: boolean
  /** `*` for all. */
  readonly types: readonly string[]
  /** Attributes that it reads: with one of these unknown it is not asked, and a waiver for it not called unused. */
  readonly reads: readonly string[]
  /** What to change in stacks/. */
  readonly remedy: string
  /** A sentence about what breaks it, with the value that does; null: it is kept. */
  readonly breach: (resource: PlannedResource, stack: PlannedStack) => string | null
}
