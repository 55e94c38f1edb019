import { type Adjustment, adjustedProfile, UnfitAdjustment } from '../../../loadtest/adjusted-profile.ts'
import type { Objective } from '../../../loadtest/engine/objectives/objective.ts'
import { type Reach, reachOf } from '../../../loadtest/engine/objectives/reach.ts'
import { type Ceiling, ceilingOf } from '../../../loadtest/engine/profile/ceiling.ts'
import type { Profile } from '../../../loadtest/engine/profile/profile.ts'
import { requestsPerUser } from '../../../loadtest/engine/scenario/scenario.ts'
import { objectivesOf, throughputObjective } from '../../../loadtest/objectives-of.ts'
import { type Judged, type ProfileName, profileNames, profiles } from '../../../loadtest/profiles.ts'
import { plannedScenarios } from '../../../loadtest/scenarios/shop-scenarios.ts'
import { type ScenarioName, scenarioNames } from '../../../loadtest/scenarios/shop-settings.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'

export type LoadWish = Adjustment & {
  readonly profile: ProfileName
  /** Left out, all of them. */
  readonly scenarios?: readonly ScenarioName[] | undefined
  /** `only looks`: nothing is made in the shop, and so nobody reviews, registers or buys. */
  readonly making: 'makes data' | 'only looks'
}

/** What will be sent and how it will be judged. */
export type LoadPlan = {
  readonly profile: Profile
  readonly scenarios: readonly ScenarioName[]
  readonly making: LoadWish['making']
  readonly objectives: readonly Objective[]
  readonly ceiling: Ceiling
  /** What the shop promises and this profile cannot ask for, with a sentence of why. */
  readonly outOfReach: readonly OutOfReach[]
}

export type OutOfReach = { readonly sentence: string; readonly profileThatWouldDo: ProfileName | null }

/** What a request is taken to take before anybody has measured it (NOTE-23). */
export const assumedResponseSeconds = 0.1

/** Of a profile in the size that is wanted; asks nobody. Throws PROFILE_UNFIT (usage). */
export const loadPlan = (wish: LoadWish): LoadPlan => {
  const { profile: profileName, scenarios = wish.making === 'makes data' ? scenarioNames : ['catalog'], making } = wish
  const { profile: named, judged } = profiles[profileName]
  const planned = plannedScenarios(scenarios, making)
  const sent = requestsPerUser(planned)
  const profile = fitted(() => adjustedProfile(named, { ...wish, requestsPerUser: sent }), profileName)
  const assumption = { responseSeconds: assumedResponseSeconds, requestsPerUser: sent }
  return {
    profile,
    scenarios,
    making,
    objectives: objectivesOf({ judged, scenarios: planned.map(({ name, steps }) => ({ name, steps })) }),
    ceiling: ceilingOf(profile, assumption),
    outOfReach: reachOf([throughputObjective], { profile, ...assumption }).flatMap((reach) => unreached(reach, sent)),
  }
}

const unreached = ({ sentence }: Reach, requestsPerUser: number): readonly OutOfReach[] => {
  if (sentence === null) return []
  const would = profileNames.find((name) => reaches(profiles[name], requestsPerUser))
  return [{ sentence, profileThatWouldDo: would ?? null }]
}

const reaches = (
  { profile, judged }: { readonly profile: Profile; readonly judged: Judged },
  requestsPerUser: number,
): boolean => {
  const assumption = { profile, responseSeconds: assumedResponseSeconds, requestsPerUser }
  return judged.throughput === 'judged' && reachOf([throughputObjective], assumption).every(({ isWithin }) => isWithin)
}

const fitted = (adjust: () => Profile, name: string): Profile => {
  try {
    return adjust()
  } catch (error) {
    if (!(error instanceof UnfitAdjustment)) throw error
    throw new ShopctlError({
      code: 'PROFILE_UNFIT',
      outcome: 'usage',
      what: `The profile ${name} cannot be run like that: ${error.message}. Nothing was sent.`,
      fix: [toType(`loadtest profiles ${name}`)],
      cause: error,
    })
  }
}
