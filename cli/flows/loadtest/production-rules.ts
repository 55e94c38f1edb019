import { ceilingOf } from '../../../loadtest/engine/profile/ceiling.ts'
import type { ScenarioName } from '../../../loadtest/scenarios/shop-settings.ts'
import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { LoadPlan, LoadWish } from './load-plan.ts'

/** Of a profile, however fast the shop answers: what customers do not notice beside their own. */
export const mostRequestsPerSecondInProduction = 50

const isProduction = ({ paymentProviders }: EnvironmentFacts): boolean => !paymentProviders.includes('simulated')

/** Where the money is real a load test only looks: an account, a review or an order would be one. */
export const makingIn = (facts: EnvironmentFacts): LoadWish['making'] =>
  isProduction(facts) ? 'only looks' : 'makes data'

/** Throws LOAD_REFUSED (refused) where customers would be joined by some that are none. */
export const refuseMaking = (facts: EnvironmentFacts, scenarios: readonly ScenarioName[]): void => {
  const making = scenarios.filter((name) => name !== 'catalog')
  if (!isProduction(facts) || making.length === 0) return
  throw refused(facts, [`${making.join(' and ')} would make accounts and orders, and in ${facts.name} they are real`])
}

/** Throws LOAD_REFUSED (refused) where customers would notice. */
export const refuseTooMuch = (facts: EnvironmentFacts, { profile }: Pick<LoadPlan, 'profile'>): void => {
  if (!isProduction(facts)) return
  const { requestsPerSecond, because } = ceilingOf(profile, { responseSeconds: 0, requestsPerUser: 4 })
  if (requestsPerSecond <= mostRequestsPerSecondInProduction) return
  const most = Number.isFinite(requestsPerSecond) ? String(Math.ceil(requestsPerSecond)) : 'any number of'
  throw refused(facts, [
    `it could send ${most} requests a second (${because}), and ${facts.name} takes ${mostRequestsPerSecondInProduction}`,
  ])
}

const refused = ({ name }: EnvironmentFacts, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'LOAD_REFUSED',
    outcome: 'refused',
    what: `This load is not sent to ${name}; nothing was sent.`,
    why,
    fix: [
      toType(`loadtest run --env ${name} --profile smoke --scenario catalog --yes`),
      toType('loadtest run --env staging'),
    ],
  })
