import type { AddOnGroup } from '../../manifests/add-ons/add-on-request.ts'
import type { ReleaseObservation } from '../health/observation.ts'
import type { FieldDifference } from './field-difference.ts'

export type AddOnsPlan = {
  /** What would change; nothing where all is as wanted. */
  readonly fields: readonly FieldDifference[]
  /** What is left out, and why: a receiver without its secret, an image that is pinned by its version alone. */
  readonly notes: readonly string[]
}

export type AddOnsApplied = {
  readonly created: number
  readonly changed: number
  readonly unchanged: number
  readonly notes: readonly string[]
}

/**
 * What a cluster needs beside the shop: monitoring, logging, and what makes load balancers and nodes. One set for a
 * cluster, whichever environments are on it.
 */
export interface AddOns {
  /** Throws ADD_ONS_ELSEWHERE (refused) where the cluster belongs to another environment. */
  requireOwn(): void
  /**
   * Renders all anew and asks the server what applying it would do; changes nothing. What follows does what was planned
   * last: who changes something plans once more under the lock. Throws OBJECT_FOREIGN, FIELD_CONFLICT (refused).
   */
  plan(groups: readonly AddOnGroup[], signal: AbortSignal): Promise<AddOnsPlan>
  /** Checks all that was planned, then applies what differs. */
  apply(groups: readonly AddOnGroup[], conflicts: 'refuse' | 'take', signal: AbortSignal): Promise<AddOnsApplied>
  /** One look at what was applied. What it saw before counts: look again with the same one. */
  watch(groups: readonly AddOnGroup[]): (signal: AbortSignal) => Promise<ReleaseObservation>
  /** Deletes what is no longer rendered. Never a volume's claim, nor a kind that others may have objects of. */
  prune(groups: readonly AddOnGroup[], signal: AbortSignal): Promise<readonly string[]>
  /**
   * Stops these groups. `keep`: claims of volumes stay, what is in them and the Secrets that it can be read with. What
   * the services scale by goes with `ingress`, whichever group brought it.
   */
  down(groups: readonly AddOnGroup[], data: 'keep' | 'delete', signal: AbortSignal): Promise<readonly string[]>
}
