import { wantedConfirmation } from '../../infrastructure/plan/confirmation-gate.ts'
import type { PlanVerdict } from '../../infrastructure/plan-verdict.ts'
import type { InfraMeans } from './infra-means.ts'

/** `typed-name`: `--yes` is no answer to it. `name-or-yes`: the name on a terminal, `--yes` elsewhere. */
export type Wanted = 'yes' | 'name-or-yes' | 'typed-name'

/** What a person has to say to a plan: the more, the less of it can be taken back. */
export const wantedAnswer = (
  verdict: Pick<PlanVerdict, 'risks'>,
  { environment, installation }: Pick<InfraMeans, 'environment' | 'installation'>,
): Wanted => {
  if (wantedConfirmation(verdict, installation) === 'typed-name') return 'typed-name'
  return environment.confirm === 'type-the-name' || installation.protect ? 'name-or-yes' : 'yes'
}
