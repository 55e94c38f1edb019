import type { Profile } from '../../../loadtest/engine/profile/profile.ts'
import type { ShownProfile } from '../../flows/loadtest/list-profiles.ts'
import { renderTable } from '../table.ts'
import { durationInWords } from '../words-for-time.ts'

/** One profile in full, several as a table. */
export const loadProfilesView = (
  profiles: readonly ShownProfile[],
  { width }: { readonly width: number | null },
): string => {
  const [only] = profiles
  if (profiles.length === 1 && only !== undefined) return oneProfile(only)
  const table = renderTable({
    columns: [
      { title: 'PROFILE', value: ({ name }) => name },
      { title: 'SENDS', value: ({ profile }) => sizeOf(profile) },
      { title: 'FOR', value: ({ profile }) => durationInWords(profile.durationSeconds * 1_000), align: 'right' },
      { title: 'AT MOST', value: ({ ceiling }) => `${Math.floor(ceiling.requestsPerSecond)}/s`, align: 'right' },
      { title: 'PROMISED RATE', value: ({ rate }) => rate },
    ],
    rows: profiles,
    width,
  })
  return `${table}\n\n${profiles.map(({ name, purpose }) => `${name}: ${purpose}`).join('\n')}`
}

const oneProfile = ({ name, purpose, profile, ceiling, outOfReach, objectives }: ShownProfile): string =>
  [
    `${name}: ${purpose}`,
    '',
    `Sends      ${sizeOf(profile)} for ${durationInWords(profile.durationSeconds * 1_000)}`,
    `Think      ${thinkOf(profile)}`,
    ...stagesOf(profile),
    `At most    ${Math.floor(ceiling.requestsPerSecond)} requests a second: ${ceiling.because}`,
    `Judged     by ${objectives} objectives`,
    ...outOfReach.map(({ sentence, profileThatWouldDo }) => {
      const hint = profileThatWouldDo === null ? '' : `, and so would the profile ${profileThatWouldDo}`
      return `Not judged ${sentence}${hint}`
    }),
  ].join('\n')

const rounded = (value: number): string => String(Math.round(value * 10) / 10)

const sizeOf = (profile: Profile): string => {
  if (profile.model === 'open') return `${rounded(profile.arrivalsPerSecond)} arrivals a second`
  const from = profile.startUsers > 0 && profile.startUsers < profile.users ? `${profile.startUsers} to ` : ''
  return `${from}${profile.users} users, ${rounded(profile.spawnRatePerSecond)} more a second`
}

const thinkOf = ({ thinkTimeSeconds: { min, max } }: Profile): string =>
  max === 0 ? 'not at all' : `${rounded(min)} to ${rounded(max)} s between two requests`

const stagesOf = (profile: Profile): readonly string[] => {
  const stages =
    profile.model === 'closed'
      ? profile.stages?.map(({ users, durationSeconds }) => ({ size: `${users} users`, durationSeconds }))
      : profile.stages?.map(({ arrivalsPerSecond, durationSeconds }) => ({
          size: `${rounded(arrivalsPerSecond)} a second`,
          durationSeconds,
        }))
  if (stages === undefined) return []
  const words = stages.map(({ size, durationSeconds }) => `${size} for ${durationInWords(durationSeconds * 1_000)}`)
  return [`Stages     ${words.join(', then ')}`]
}
