import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import { returnTo } from './return-to.ts'
import type { Steps } from './steps.ts'

type MendRequest = {
  readonly means: FlowMeans
  readonly steps: Steps
  readonly signal: AbortSignal
  /** A record in progress whose process is gone: the caller holds the lock, so nobody else is at work. */
  readonly abandoned: ReleaseRecord
  /** The release that users were on when it began; null where there was none. */
  readonly previous: ReleaseRecord | null
}

/**
 * Mends what a killed shopctl left: never a mixed set of services. A release that users had already been moved to had
 * passed every check, so it is kept; anything earlier goes back to the release before.
 */
export const mend = async (request: MendRequest): Promise<ReleaseRecord> => {
  const { means, steps, signal, abandoned, previous } = request
  const { platform, reporter, now } = means

  return steps.run('mend', async (say) => {
    const began = `release ${abandoned.number}, begun by ${abandoned.who} at ${abandoned.startedAt}`
    const { serving } = await platform.running()
    const kept = serving === abandoned.number
    if (!kept) await returnTo(previous, { means, say, signal })

    const back = previous === null ? 'nothing is left running' : `every service is back on release ${previous.number}`
    const outcome = kept ? 'users had been moved to it, so it is kept' : back
    const mended: ReleaseRecord = {
      ...abandoned,
      state: kept ? 'succeeded' : 'aborted',
      finishedAt: now().toISOString(),
      failure: kept
        ? null
        : { code: 'PROCESS_GONE', what: `shopctl was killed during release ${abandoned.number}`, why: [], fix: [] },
    }
    await platform.releases.update(mended)
    reporter.emit({ type: 'warning', message: `Found ${began}, unfinished and its process gone; ${outcome}.`, fix: [] })
    return mended
  })
}
