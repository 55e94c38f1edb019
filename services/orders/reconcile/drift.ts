import type { DriftKind } from './reconcile-contract.ts'

/** Something that two books tell in two ways. Who is right is for people to say. */
export type Drift = {
  readonly orderId: string
  readonly kind: DriftKind
  readonly about: string | null
  readonly expected: string
  readonly found: string
}
