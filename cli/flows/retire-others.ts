import { toType } from '../errors/to-type.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import type { Steps } from './steps.ts'

/**
 * Stops what the release that users are on does not need. Nobody depends on it any more, so a failure here is a
 * warning: the release has succeeded, and the next one tries again.
 */
export const retireOthers = async (
  release: ReleaseRecord,
  { means, steps }: { means: FlowMeans; steps: Steps },
): Promise<void> => {
  const { platform, environment, abandoned, reporter } = means
  try {
    await steps.run('retire', () => platform.retire(release, abandoned))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = `Release ${release.number} serves, but what it replaced is not all stopped: ${why}`
    reporter.emit({ type: 'warning', message, fix: [toType(`status --env ${environment}`)] })
  }
}
