import type { Ceiling } from '../../../loadtest/engine/profile/ceiling.ts'
import type { Profile } from '../../../loadtest/engine/profile/profile.ts'
import { type ProfileName, profileNames, profiles } from '../../../loadtest/profiles.ts'
import { loadPlan, type OutOfReach } from './load-plan.ts'

export type ShownProfile = {
  readonly name: ProfileName
  readonly purpose: string
  readonly profile: Profile
  readonly ceiling: Ceiling
  readonly outOfReach: readonly OutOfReach[]
  /** Of the rate of requests that the shop promises. */
  readonly rate: 'judged' | 'within reach' | 'out of reach'
  /** How many objectives it judges. */
  readonly objectives: number
}

/** Each profile as it would be run, or the one that is named. */
export const listProfiles = (wanted: ProfileName | undefined): readonly ShownProfile[] =>
  profileNames
    .filter((name) => wanted === undefined || name === wanted)
    .map((name) => {
      const { profile, ceiling, outOfReach, objectives } = loadPlan({ profile: name, making: 'makes data' })
      const { purpose, judged } = profiles[name]
      const reached = judged.throughput === 'judged' ? ('judged' as const) : ('within reach' as const)
      const rate = outOfReach.length > 0 ? ('out of reach' as const) : reached
      return { name, purpose, profile, ceiling, outOfReach, rate, objectives: objectives.length }
    })
