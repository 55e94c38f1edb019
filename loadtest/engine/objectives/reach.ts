import { type Assumption, arrivalsFor, type Ceiling, ceilingOf, usersFor } from '../profile/ceiling.ts'
import { type Profile, thinkMeanSeconds } from '../profile/profile.ts'
import { type Objective, objectiveText } from './objective.ts'

export type Reach = {
  readonly objective: Objective
  readonly isWithin: boolean
  readonly ceiling: Ceiling
  /** What would reach it; null where this profile does. */
  readonly wouldDo: { readonly users: number } | { readonly arrivalsPerSecond: number } | null
  /** Null where it is within. */
  readonly sentence: string | null
}

/** Of each objective of requests a second whether the profile can reach it at all. Said before a run, not after. */
export const reachOf = (
  objectives: readonly Objective[],
  { profile, ...assumption }: Assumption & { readonly profile: Profile },
): readonly Reach[] => {
  const ceiling = ceilingOf(profile, assumption)
  return objectives
    .filter(({ measure }) => measure === 'requestsPerSecond')
    .map((objective) => {
      if (ceiling.requestsPerSecond > objective.target) {
        return { objective, isWithin: true, ceiling, wouldDo: null, sentence: null }
      }
      const wouldDo = remedy(objective.target, profile, assumption)
      const most = Math.floor(ceiling.requestsPerSecond)
      const sentence = `${objectiveText(objective)} is out of reach: at most ${most} a second (${ceiling.because}); ${remedyText(wouldDo)} would do`
      return { objective, isWithin: false, ceiling, wouldDo, sentence }
    })
}

type Remedy = NonNullable<Reach['wouldDo']>

const remedy = (target: number, profile: Profile, { responseSeconds, requestsPerUser }: Assumption): Remedy =>
  profile.model === 'closed'
    ? { users: usersFor(target, { think: thinkMeanSeconds(profile), response: responseSeconds }) }
    : { arrivalsPerSecond: Math.floor(arrivalsFor(target, requestsPerUser)) + 1 }

const remedyText = (wouldDo: Remedy): string =>
  'users' in wouldDo ? `${wouldDo.users} users` : `${wouldDo.arrivalsPerSecond} arrivals a second`
