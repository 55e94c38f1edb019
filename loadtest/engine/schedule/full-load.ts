import type { ClosedProfile, OpenProfile, Profile } from '../profile/profile.ts'
import { openStagesOf, peakArrivalsPerSecond } from './arrivals.ts'
import { peakUsers, populationChanges } from './population.ts'

/** Seconds of a run, whole ones: from the first and up to, without, the last. */
export type SecondsRange = { readonly from: number; readonly to: number }

/** Where the profile has all its users or its whole rate: only there a rate of requests says anything of the shop. */
export const fullLoadSeconds = (profile: Profile): readonly SecondsRange[] => {
  const ranges = profile.model === 'closed' ? allUsers(profile) : wholeRate(profile)
  return ranges
    .map(({ from, to }) => ({ from: Math.ceil(from - 1e-9), to: Math.floor(to + 1e-9) }))
    .filter(({ from, to }) => from < to)
}

const allUsers = (profile: ClosedProfile): readonly SecondsRange[] => {
  const ranges: SecondsRange[] = []
  const peak = peakUsers(profile)
  let users = 0
  let since: number | null = null
  for (const { atSeconds, change } of populationChanges(profile)) {
    users += change === 'spawn' ? 1 : -1
    if (users === peak) since = atSeconds
    else if (since !== null) {
      ranges.push({ from: since, to: atSeconds })
      since = null
    }
  }
  return since === null ? ranges : [...ranges, { from: since, to: profile.durationSeconds }]
}

const wholeRate = (profile: OpenProfile): readonly SecondsRange[] => {
  const most = peakArrivalsPerSecond(profile)
  let began = 0
  return openStagesOf(profile).flatMap(
    ({ durationSeconds, arrivalsPerSecond, fromArrivalsPerSecond = arrivalsPerSecond }) => {
      const range = { from: began, to: began + durationSeconds }
      began = range.to
      return Math.min(arrivalsPerSecond, fromArrivalsPerSecond) === most ? [range] : []
    },
  )
}
