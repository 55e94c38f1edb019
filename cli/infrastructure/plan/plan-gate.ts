import type { ShopctlError } from '../../errors/shopctl-error.ts'
import type { PlanVerdict } from '../plan-verdict.ts'
import { dataLoss, misnamed } from './destroy-refusals.ts'
import type { Asked } from './gate-words.ts'
import { brokenPolicy } from './policy-refusal.ts'
import { versionRefusal } from './version-refusal.ts'

/**
 * Why this plan may not be applied, whatever a person says: the first thing that stands against it, or null. What it
 * takes from a person besides is for confirmation-gate.ts.
 */
export const planGate = (verdict: PlanVerdict, gate: Asked): ShopctlError | null =>
  misnamed(verdict, gate) ?? versionRefusal(verdict, gate) ?? dataLoss(verdict, gate) ?? brokenPolicy(verdict, gate)
