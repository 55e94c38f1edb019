import { count, duration, plural } from './figures-in-words.ts'
import type { KeptRun } from './kept-run.ts'

export type RunFact = { readonly name: string; readonly value: string }

const moment = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`

/** `Load test "stress" on staging, release 42` */
export const runTitle = ({ environment, release, result }: KeptRun): string =>
  `Load test "${result.profile.name}" on ${environment}${release === null ? '' : `, release ${release.number}`}`

/** What somebody needs to run it again. */
export const runFacts = ({ environment, release, result }: KeptRun): readonly RunFact[] => {
  const { profile, totals, startedAt, endedAt } = result
  const took = (new Date(endedAt).getTime() - new Date(startedAt).getTime()) / 1_000
  return [
    { name: 'Environment', value: environment },
    { name: 'Target', value: result.target },
    { name: 'Release', value: release === null ? 'unknown' : String(release.number) },
    { name: 'Commit', value: release?.commit ?? 'unknown' },
    { name: 'Profile', value: `${profile.name}: ${profileInWords(result.profile)}` },
    { name: 'Scenarios', value: scenariosInWords(result) },
    { name: 'Seed', value: String(profile.seed) },
    { name: 'Workers', value: count(result.workers) },
    { name: 'Started', value: moment(startedAt) },
    { name: 'Ended', value: `${moment(endedAt)}, after ${duration(Math.max(0, took))} with coming and going` },
    {
      name: 'Requests',
      value: `${count(totals.started)} sent: ${count(totals.ok)} ok, ${count(totals.failed)} failed, ${count(totals.timed_out)} timed out, ${count(totals.cancelled)} cancelled (users’ coming and going too)`,
    },
    {
      name: 'Users',
      value: `${count(totals.arrived)} came; ${totals.usersNotCleanedUp === 0 ? 'all removed what they had made' : `${plural(totals.usersNotCleanedUp, 'user')} did not remove what they had made`}`,
    },
  ]
}

const profileInWords = (profile: KeptRun['result']['profile']): string => {
  const { thinkTimeSeconds: think, durationSeconds, stages } = profile
  const steps = stages === undefined ? '' : ` in ${plural(stages.length, 'stage')}`
  const pace = think.max === 0 ? 'no think time' : `${think.min} to ${think.max} s think time`
  const lasts = `${duration(durationSeconds)}${steps}`
  if (profile.model === 'open') {
    return `open, ${profile.arrivals} arrivals at ${profile.arrivalsPerSecond} a second, at most ${plural(profile.mostUsersInFlight, 'user')} in flight, ${pace}, ${lasts}`
  }
  return `closed, ${plural(profile.users, 'user')}, ${profile.startUsers} at once and then ${profile.spawnRatePerSecond} a second, ${pace}, ${lasts}`
}

const scenariosInWords = ({ scenarios }: KeptRun['result']): string => {
  const weights = scenarios.reduce((sum, { weight }) => sum + weight, 0)
  return scenarios.map(({ name, weight }) => `${name} ${Math.round((weight / weights) * 100)} %`).join(', ')
}
