import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { PlanVerdict } from '../plan-verdict.ts'
import { type Asked, allowing, riskLines } from './gate-words.ts'

/** What a person, or --yes, has said. */
export type Confirmation = 'none' | 'yes' | 'typed-name'

type Protection = {
  /** Of the installation: what holds data then needs the name of the environment as well. */
  readonly protect: boolean
}

export type ConfirmationGate = Asked & Protection & { readonly confirmed: Confirmation }

const strength: readonly Confirmation[] = ['none', 'yes', 'typed-name']

/** What a person has to say before a plan is applied; the environment may ask for more. */
export const wantedConfirmation = ({ risks }: Pick<PlanVerdict, 'risks'>, { protect }: Protection): Confirmation => {
  if (risks.length === 0) return 'none'
  return protect && risks.some(({ kind }) => kind === 'data-loss') ? 'typed-name' : 'yes'
}

/** Null where what was said is enough; PLAN_NOT_CONFIRMED with every risk and its expected interruption. */
export const confirmationGate = (verdict: PlanVerdict, gate: ConfirmationGate): ShopctlError | null => {
  const { environment, command, allowDestroy, confirmed } = gate
  const wanted = wantedConfirmation(verdict, gate)
  if (strength.indexOf(confirmed) >= strength.indexOf(wanted)) return null
  return new ShopctlError({
    code: 'PLAN_NOT_CONFIRMED',
    outcome: 'refused',
    what:
      wanted === 'typed-name'
        ? `What holds data in ${environment} is protected: its name has to be typed; nothing was changed.`
        : `Users may notice what the plan of ${environment} changes, and nobody has said yes; nothing was changed.`,
    why: riskLines(verdict.risks),
    fix: [toType(`${command}${allowing(allowDestroy)}${wanted === 'yes' ? ' --yes' : ''}`)],
  })
}
