import type { Artifact } from '../platforms/platform.ts'
import type { ScanRecord } from '../releases/scan-record.ts'
import type { FlowMeans } from './means.ts'
import type { Steps } from './steps.ts'

/** What may be deployed has a verdict and is where the environment fetches it. A blocked artifact is not pushed. */
export const scanAndPush = async (
  artifacts: readonly Artifact[],
  means: FlowMeans,
  steps: Steps,
): Promise<readonly ScanRecord[]> => {
  const { platform, interrupted: signal } = means
  if (platform.scan === undefined) {
    steps.skip('scan', 'bundles are not scanned; images are')
    return []
  }
  const scans = await steps.run('scan', (say) => platform.scan?.(artifacts, { say, signal }) ?? Promise.resolve([]))
  await steps.run('push', (say) => platform.push?.(artifacts, { say, signal }) ?? Promise.resolve())
  return scans
}
