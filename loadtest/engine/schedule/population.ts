import type { ClosedProfile } from '../profile/profile.ts'

export type PopulationChange = {
  readonly atSeconds: number
  /** Counted from 0 in the whole run; who leaves never comes back under the same number. */
  readonly user: number
  readonly change: 'spawn' | 'retire'
}

/** Who comes and who leaves, in order of time; every worker reads all of it and acts on its own users. */
export function* populationChanges(profile: ClosedProfile): Generator<PopulationChange> {
  const present: number[] = []
  let next = 0
  for (; next < profile.startUsers; next++) {
    present.push(next)
    yield { atSeconds: 0, user: next, change: 'spawn' }
  }
  let began = 0
  for (const stage of closedStagesOf(profile)) {
    const most = Math.ceil(stage.durationSeconds * profile.spawnRatePerSecond)
    for (let done = 0; done < most && present.length !== stage.users; done++) {
      const atSeconds = began + done / profile.spawnRatePerSecond
      if (present.length < stage.users) {
        present.push(next)
        yield { atSeconds, user: next++, change: 'spawn' }
      } else {
        yield { atSeconds, user: present.pop() ?? 0, change: 'retire' }
      }
    }
    began += stage.durationSeconds
  }
}

export const closedStagesOf = ({ stages, users, durationSeconds }: ClosedProfile) =>
  stages ?? [{ users, durationSeconds }]

export const peakUsers = (profile: ClosedProfile): number =>
  Math.max(profile.startUsers, ...closedStagesOf(profile).map(({ users }) => users))
