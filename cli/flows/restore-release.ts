import type { ReleaseVerdict } from '../health/release-verdict.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import { gate } from './gate.ts'
import type { FlowMeans } from './means.ts'
import type { Say } from './steps.ts'

type RestoreRequest = {
  readonly means: FlowMeans
  /** Whether users had been moved to what is taken back. */
  readonly users: 'moved' | 'stayed'
  readonly say: Say
  readonly signal: AbortSignal
}

const nothingToRestore: ReleaseVerdict = {
  state: 'healthy',
  services: [],
  reasons: [],
  advice: [],
  notes: [],
  culprits: [],
}

/**
 * Puts an environment back on one release, all services at once, and says whether it is healthy. Without a release to
 * go back to, every service is stopped. Applying what already runs changes nothing, so this is safe to do twice.
 * Users are not moved to a release that is itself unhealthy: then they stay where they are.
 */
export const restoreRelease = async (
  previous: ReleaseRecord | null,
  { means, users, say, signal }: RestoreRequest,
): Promise<ReleaseVerdict> => {
  const { platform, policy } = means
  if (previous === null) {
    await platform.retire(null, signal)
    return nothingToRestore
  }
  say(`release ${previous.number}`)
  // The way back is not stopped by fields that another hand has changed since.
  await platform.apply(previous, 'take', signal)
  // What is gone back to has been healthy before: being ready is enough, users need not wait for a window.
  const patient = { ...means, policy: { ...policy, provenStabilitySeconds: 0 } }
  const proven = new Set(Object.keys(previous.services))
  const verdict = await gate(previous, { means: patient, proven, say, signal })
  if (verdict.state !== 'unhealthy') await platform.promote(previous, signal)
  if (verdict.state !== 'unhealthy' || users === 'stayed') await platform.retire(previous, signal)
  return verdict
}
