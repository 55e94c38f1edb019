import type { ClosedProfile, OpenProfile, Profile } from './engine/profile/profile.ts'
import { openStagesOf, peakArrivalsPerSecond } from './engine/schedule/arrivals.ts'
import { closedStagesOf, peakUsers } from './engine/schedule/population.ts'

/** What somebody wants otherwise than the profile has it. */
export type Adjustment = {
  readonly users?: number | undefined
  readonly spawnRatePerSecond?: number | undefined
  readonly durationSeconds?: number | undefined
  /** Requests a second, of all scenarios together. */
  readonly requestsPerSecond?: number | undefined
}

/** Its message ends the sentence "the profile cannot be changed: …". */
export class UnfitAdjustment extends Error {
  override readonly name = 'UnfitAdjustment'
}

/** The profile in another size, its stages in the same proportions. Throws UnfitAdjustment. */
export const adjustedProfile = (
  profile: Profile,
  { requestsPerUser, ...wanted }: Adjustment & { readonly requestsPerUser: number },
): Profile =>
  profile.model === 'closed' ? adjustedClosed(profile, wanted) : adjustedOpen(profile, { ...wanted, requestsPerUser })

const adjustedClosed = (profile: ClosedProfile, wanted: Adjustment): ClosedProfile => {
  if (wanted.requestsPerSecond !== undefined) {
    throw new UnfitAdjustment(
      `${profile.name} has users who wait for their answers, and so no rate; throughput has one`,
    )
  }
  const users = wanted.users ?? profile.users
  const durationSeconds = wanted.durationSeconds ?? profile.durationSeconds
  const wider = users / peakUsers(profile)
  const longer = durationSeconds / profile.durationSeconds
  const stages = closedStagesOf(profile).map((stage) => ({
    durationSeconds: stage.durationSeconds * longer,
    users: Math.round(stage.users * wider),
  }))
  return {
    ...profile,
    users,
    durationSeconds,
    startUsers: Math.min(profile.startUsers, users),
    spawnRatePerSecond: wanted.spawnRatePerSecond ?? profile.spawnRatePerSecond,
    ...(profile.stages === undefined ? {} : { stages }),
  }
}

const adjustedOpen = (profile: OpenProfile, wanted: Adjustment & { readonly requestsPerUser: number }): OpenProfile => {
  if (wanted.users !== undefined || wanted.spawnRatePerSecond !== undefined) {
    throw new UnfitAdjustment(`${profile.name} has a rate at which users arrive, and no number of them`)
  }
  const peak = peakArrivalsPerSecond(profile)
  const arrivalsPerSecond =
    wanted.requestsPerSecond === undefined ? peak : wanted.requestsPerSecond / wanted.requestsPerUser
  const durationSeconds = wanted.durationSeconds ?? profile.durationSeconds
  const faster = arrivalsPerSecond / peak
  const longer = durationSeconds / profile.durationSeconds
  const stages = openStagesOf(profile).map(({ fromArrivalsPerSecond: from, ...stage }) => ({
    durationSeconds: stage.durationSeconds * longer,
    arrivalsPerSecond: stage.arrivalsPerSecond * faster,
    ...(from === undefined ? {} : { fromArrivalsPerSecond: from * faster }),
  }))
  return { ...profile, arrivalsPerSecond, durationSeconds, ...(profile.stages === undefined ? {} : { stages }) }
}
