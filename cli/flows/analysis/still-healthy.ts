import { releaseVerdict } from '../../health/release-verdict.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { Setback } from '../attempt-outcome.ts'
import type { FlowMeans } from '../means.ts'

const list = new Intl.ListFormat('en', { type: 'conjunction' })

/**
 * Goes on watching a release that the gate has found healthy. Resolves with what became of it once it is unhealthy, and
 * with null when the signal ends it. That nobody can be asked for a while says nothing of the release.
 */
export const whenUnhealthy = async (
  release: ReleaseRecord,
  { platform, policy, environment }: FlowMeans,
  signal: AbortSignal,
): Promise<Setback | null> => {
  let startedAt: number | undefined
  for await (const observation of platform.observe(release, signal)) {
    startedAt ??= observation.at
    const endless = { ...policy, deadlineSeconds: Number.POSITIVE_INFINITY }
    const context = { policy: endless, startedAt, lastContactAt: observation.at, proven: new Set<string>() }
    const verdict = releaseVerdict(observation, context)
    if (verdict.state !== 'unhealthy') continue
    return {
      code: 'ROLLOUT_UNHEALTHY',
      what: `${list.format(verdict.culprits)} did not stay healthy in ${environment}`,
      culprits: verdict.services.filter(({ state }) => state === 'unhealthy'),
      reasons: [...verdict.reasons, ...verdict.advice],
    }
  }
  return null
}
