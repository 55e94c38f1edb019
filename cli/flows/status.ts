import type { FieldDifference, RunningState } from '../platforms/platform.ts'
import { lockStanding } from '../releases/lock-standing.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import { systemLockClock } from '../releases/system-lock-clock.ts'
import type { FlowMeans } from './means.ts'
import { readRunning } from './read-running.ts'
import { isUp } from './situation.ts'

export type StatusResult = {
  readonly environment: string
  /** `up`: users are on the current release and all of it is ready. `degraded`: they are, but not all of it is. */
  readonly state: 'up' | 'degraded' | 'down'
  readonly current: ReleaseRecord | null
  readonly running: RunningState
  /** Where another hand has changed what the current release's record says. */
  readonly drift: readonly FieldDifference[]
  /** A record in progress, and whether a shopctl is at work on it or it was left by one that is gone. */
  readonly unfinished: { readonly release: number; readonly owner: 'at work' | 'gone' } | null
}

type StatusMeans = Pick<FlowMeans, 'platform' | 'environment' | 'reporter'>

/** What is up now, next to what the records say should be. Changes nothing. */
export const status = async (means: StatusMeans): Promise<StatusResult> => {
  const { platform, environment } = means
  const { current, unfinished, running } = await readRunning(means)
  const up = current !== null && isUp(current, running)
  const state = up ? 'up' : running.serving === null ? 'down' : 'degraded'
  const drift = current === null || state === 'down' ? [] : ((await platform.drift?.(current)) ?? [])
  if (unfinished === null) return { environment, state, current, running, drift, unfinished }
  const standing = lockStanding(await platform.lock.read(), systemLockClock(), platform.lock)
  const owner = standing.state === 'held' || standing.state === 'remote' ? 'at work' : 'gone'
  return { environment, state, current, running, drift, unfinished: { release: unfinished.number, owner } }
}
