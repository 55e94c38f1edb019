import { type ClosedProfile, type OpenProfile, type ProfileInput, profileSchema } from '../profile/profile.ts'

type Input<Model extends ProfileInput['model']> = Partial<Omit<Extract<ProfileInput, { model: Model }>, 'model'>>

export const closedProfile = (input: Input<'closed'>): ClosedProfile => {
  const thinkTimeSeconds = { min: 1, max: 3 }
  const facts = { name: 'closed', users: 10, spawnRatePerSecond: 10, durationSeconds: 1_800, thinkTimeSeconds }
  const profile = profileSchema.parse({ model: 'closed', ...facts, ...input })
  if (profile.model !== 'closed') throw new TypeError('not a closed profile')
  return profile
}

export const openProfile = (input: Input<'open'>): OpenProfile => {
  const facts = { name: 'open', arrivalsPerSecond: 10, durationSeconds: 10, mostUsersInFlight: 1_000 }
  const profile = profileSchema.parse({ model: 'open', ...facts, ...input })
  if (profile.model !== 'open') throw new TypeError('not an open profile')
  return profile
}
