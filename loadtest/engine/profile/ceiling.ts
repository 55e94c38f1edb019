import { peakArrivalsPerSecond } from '../schedule/arrivals.ts'
import { peakUsers } from '../schedule/population.ts'
import { type Profile, thinkMeanSeconds } from './profile.ts'

export type Assumption = {
  /** What a request takes. */
  readonly responseSeconds: number
  /** That one user sends on the way through its scenario: the mean of the scenarios by their weights. */
  readonly requestsPerUser: number
}

export type Ceiling = { readonly requestsPerSecond: number; readonly because: string }

const shown = (value: number): string => String(Math.round(value * 100) / 100)

/** Little's law: the most requests a second that the profile can send, however fast the shop is. */
export const ceilingOf = (profile: Profile, { responseSeconds, requestsPerUser }: Assumption): Ceiling => {
  const think = thinkMeanSeconds(profile)
  if (profile.model === 'closed') {
    const users = peakUsers(profile)
    const requestsPerSecond = users / (think + responseSeconds)
    const because = `${users} users ÷ (${shown(think)} s think time + ${shown(responseSeconds)} s response)`
    return { requestsPerSecond, because }
  }
  const rate = peakArrivalsPerSecond(profile)
  const stay = requestsPerUser * responseSeconds + (requestsPerUser - 1) * think
  const byUsers = profile.mostUsersInFlight / stay
  if (rate <= byUsers) {
    const because = `${shown(rate)} arrivals a second × ${shown(requestsPerUser)} requests each`
    return { requestsPerSecond: rate * requestsPerUser, because }
  }
  const because = `${profile.mostUsersInFlight} users in flight ÷ ${shown(stay)} s each × ${shown(requestsPerUser)} requests`
  return { requestsPerSecond: byUsers * requestsPerUser, because }
}

/** The arrivals that send so many requests a second. */
export const arrivalsFor = (requestsPerSecond: number, requestsPerUser: number): number =>
  requestsPerSecond / requestsPerUser

/** The users who together send more than so many requests a second. */
export const usersFor = (requestsPerSecond: number, secondsBetween: { think: number; response: number }): number =>
  Math.floor(requestsPerSecond * (secondsBetween.think + secondsBetween.response)) + 1
