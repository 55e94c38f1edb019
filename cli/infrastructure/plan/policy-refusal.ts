import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { PlanVerdict } from '../plan-verdict.ts'
import { type Asked, asPlan } from './gate-words.ts'

/** Of any severity: what may stay is waived with a reason. */
export const brokenPolicy = ({ findings, brokenWaivers }: PlanVerdict, asked: Asked): ShopctlError | null => {
  const open = findings.filter(({ waiver }) => waiver === null)
  if (open.length === 0 && brokenWaivers.length === 0) return null
  const what =
    open.length === 0
      ? `${brokenWaivers.length === 1 ? 'A waiver' : `${brokenWaivers.length} waivers`} in stacks/waivers.ts must go`
      : `The plan of ${asked.environment} breaks our own rules ${open.length === 1 ? 'once' : `${open.length} times`}`
  return new ShopctlError({
    code: 'PLAN_POLICY_BROKEN',
    outcome: 'check-failed',
    what: `${what}; nothing was changed.`,
    why: [
      ...open.map(
        (finding) =>
          `${finding.severity} ${finding.rule}: ${finding.address}: ${finding.what} Remedy: ${finding.remedy}.`,
      ),
      ...brokenWaivers.map(({ waiver, why }) =>
        why === 'expired'
          ? `The waiver of ${waiver.rule} for ${waiver.resource} ended on ${waiver.until}.`
          : `The waiver of ${waiver.rule} for ${waiver.resource} covers nothing any more: take it out of stacks/waivers.ts.`,
      ),
    ],
    fix: [asPlan(asked)],
  })
}
