import { environments } from '../../../stacks/environments.ts'
import { wantedConfirmation } from '../../infrastructure/plan/confirmation-gate.ts'
import type { PlanVerdict } from '../../infrastructure/plan-verdict.ts'
import type { InfraMeans } from './infra-means.ts'

/** `typed-name`: `--yes` is no answer to it. `name-or-yes`: the name on a terminal, `--yes` elsewhere. */
export type Wanted = 'yes' | 'name-or-yes' | 'typed-name'

type Place = Pick<InfraMeans, 'installation' | 'stack'>

/** Whoever changes what production stands on is asked as for production, through whichever environment. */
export const standsUnderProduction = ({ installation, stack }: Place): boolean =>
  stack.kind !== 'shop' ||
  installation.protect ||
  Object.values(environments).some((each) => each.installation === installation.name && each.confirm !== 'ask')

/** What is typed for a yes that is not too easy: never the name of an environment that only shares it. */
export const nameToType = ({ installation, stack }: Place): string =>
  stack.kind === 'shop' ? installation.name : stack.kind

/** What a person has to say to a plan: the more, the less of it can be taken back. */
export const wantedAnswer = (verdict: Pick<PlanVerdict, 'risks'>, place: Place): Wanted => {
  const protect = standsUnderProduction(place)
  if (wantedConfirmation(verdict, { protect }) === 'typed-name') return 'typed-name'
  return protect && place.stack.kind === 'shop' ? 'name-or-yes' : 'yes'
}
