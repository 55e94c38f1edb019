import { toType } from '../errors/to-type.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import { recordsToForget } from '../releases/retention.ts'
import type { FlowMeans } from './means.ts'
import type { Steps } from './steps.ts'

/**
 * Stops what the release that users are on does not need, and forgets records that nobody needs. Nobody depends on it
 * any more, so a failure here is a warning: the release has succeeded, and the next one tries again.
 */
export const retireOthers = async (
  release: ReleaseRecord,
  { means, steps, signal }: { means: FlowMeans; steps: Steps; signal: AbortSignal },
): Promise<void> => {
  const { platform, environment, reporter } = means
  try {
    await steps.withSignal(signal).run('retire', async () => {
      await platform.retire(release, signal)
      const { records } = await platform.releases.list()
      for (const number of recordsToForget(records)) await platform.releases.remove(number)
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = `Release ${release.number} serves, but what it replaced is not all stopped: ${why}`
    reporter.emit({ type: 'warning', message, fix: [toType(`status --env ${environment}`)] })
  }
}
