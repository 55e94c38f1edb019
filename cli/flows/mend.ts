import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { ReleaseVerdict } from '../health/release-verdict.ts'
import type { MigrationRecord, ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import { restoreRelease } from './restore-release.ts'
import type { Steps } from './steps.ts'

type MendRequest = {
  readonly means: FlowMeans
  readonly steps: Steps
  readonly signal: AbortSignal
  /** A record in progress whose process is gone: the caller holds the lock, so nobody else is at work. */
  readonly unfinished: ReleaseRecord
  /** The newest release that succeeded; null where there is none. */
  readonly current: ReleaseRecord | null
}

const previousUnreadable = ({ unfinished, means }: MendRequest): ShopctlError =>
  new ShopctlError({
    code: 'PREVIOUS_UNREADABLE',
    outcome: 'refused',
    what: `Release ${unfinished.number} of ${means.environment} was left unfinished, and the record of release ${unfinished.previous}, which it would go back to, cannot be read; nothing was changed.`,
    fix: [toType(`history --env ${means.environment}`), toType(`status --env ${means.environment}`)],
  })

/** `promote` is in the record only where every check had passed before. */
const hadPassed = ({ steps }: ReleaseRecord): boolean => steps.some(({ name }) => name === 'promote')

const words = (verdict: ReleaseVerdict, current: ReleaseRecord | null): string => {
  if (current === null) return 'there was none before it, so its services were stopped'
  const where = `every service was put back on release ${current.number}`
  return verdict.state === 'healthy' ? where : `${where}, which is ${verdict.state} (${verdict.reasons.join('; ')})`
}

const withSettled = (
  known: readonly MigrationRecord[],
  settled: readonly MigrationRecord[],
): ReleaseRecord['migrations'] => {
  const added = settled.filter(
    (one) => !known.some(({ service, name }) => service === one.service && name === one.name),
  )
  return [...known, ...added]
}

/**
 * Mends what a killed shopctl left: never a mixed set of services. A release that users had been moved to after every
 * check is kept; anything earlier goes back to the newest that succeeded. The record is closed in any case, so that a
 * release which cannot be brought back stops nobody from deploying a better one.
 */
export const mend = async (request: MendRequest): Promise<void> => {
  const { means, steps, signal, unfinished, current } = request
  const { platform, reporter, now } = means
  if (current === null && unfinished.previous !== null) throw previousUnreadable(request)

  await steps.run('mend', async (say) => {
    const began = `release ${unfinished.number}, begun by ${unfinished.who} at ${unfinished.startedAt}`
    // Before anything else: what goes on in a database behind our back, and what cannot be undone there.
    const settled = (await platform.settleMigrations?.(unfinished, signal)) ?? []
    const { serving } = await platform.running()
    const kept = serving === unfinished.number && hadPassed(unfinished)
    const outcome = kept
      ? 'users had been moved to it after all its checks, so it is kept'
      : words(await restoreRelease(current, { means, users: 'moved', say, signal }), current)
    const what = `shopctl was killed during release ${unfinished.number}; ${outcome}`
    const closed: ReleaseRecord = {
      ...unfinished,
      migrations: withSettled(unfinished.migrations, settled),
      state: kept ? 'succeeded' : 'aborted',
      finishedAt: now().toISOString(),
      failure: kept ? null : { code: 'PROCESS_GONE', what, why: [], fix: [] },
    }
    await platform.releases.update(closed, signal)
    reporter.emit({ type: 'warning', message: `Found ${began}, unfinished and its process gone; ${outcome}.`, fix: [] })
  })
}
