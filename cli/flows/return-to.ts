import type { ReleaseRecord } from '../releases/release.ts'
import { gate } from './gate.ts'
import type { FlowMeans } from './means.ts'
import type { Say } from './steps.ts'

export type Returned = { readonly proven: boolean; readonly reasons: readonly string[] }

/**
 * Puts an environment back on one release, all services at once, and shows that it is healthy. With no release to
 * return to, everything is stopped. Applying what already runs changes nothing, so this is safe to do twice.
 */
export const returnTo = async (
  previous: ReleaseRecord | null,
  { means, say, signal }: { means: FlowMeans; say: Say; signal: AbortSignal },
): Promise<Returned> => {
  const { platform, policy } = means
  if (previous === null) {
    say('nothing was here before: stopping everything')
    await platform.down({ data: 'keep' }, signal)
    return { proven: true, reasons: [] }
  }
  say(`release ${previous.number}`)
  await platform.apply(previous, signal)
  // What is returned to has been healthy before: being ready is enough, users need not wait for a window.
  const patient = { ...means, policy: { ...policy, provenStabilitySeconds: 0 } }
  const proven = new Set(Object.keys(previous.services))
  const verdict = await gate(previous, { means: patient, proven, say, signal })
  await platform.promote(previous, signal)
  await platform.retire(previous, signal)
  return { proven: verdict.state === 'healthy', reasons: verdict.reasons }
}
