import type { Artifact } from '../platforms/platform.ts'
import type { ScanRecord } from '../releases/scan-record.ts'
import type { FlowMeans } from './means.ts'
import type { Steps } from './steps.ts'

/** A verdict on each, by the policy of the environment that is changed. Throws SCAN_BLOCKED (check-failed). */
export const scanArtifacts = async (
  artifacts: readonly Artifact[],
  { platform, interrupted: signal }: FlowMeans,
  steps: Steps,
): Promise<readonly ScanRecord[]> => {
  if (platform.scan !== undefined) {
    return steps.run('scan', (say) => platform.scan?.(artifacts, { say, signal }) ?? Promise.resolve([]))
  }
  steps.skip('scan', 'bundles are not scanned; images are')
  return []
}
