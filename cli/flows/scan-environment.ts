import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Artifact } from '../platforms/platform.ts'
import type { ScanRecord } from '../releases/scan-record.ts'
import type { FlowMeans } from './means.ts'
import { scanArtifacts } from './scan-artifacts.ts'
import { beginFlow, type Steps } from './steps.ts'

export type ScannedEnvironment = { readonly environment: string; readonly images: readonly ScanRecord[] }

const nothingServes = (environment: string): ShopctlError =>
  new ShopctlError({
    code: 'NOTHING_TO_SCAN',
    outcome: 'refused',
    what: `No release serves in ${environment}, so that none of its images can be scanned.`,
    fix: [toType(`status --env ${environment}`)],
  })

/** What the release that serves is made of, wherever its images are. */
const servingArtifacts = async ({ environment, platform, interrupted }: FlowMeans, steps: Steps) =>
  steps.run('find', async (say): Promise<readonly Artifact[]> => {
    const { serving } = await platform.running()
    const release = serving === null ? null : await platform.releases.read(serving)
    if (release === null) throw nothingServes(environment)
    return platform.findReleased?.(release, { say, signal: interrupted }) ?? []
  })

/** The verdict on what the source would ship to an environment. Throws SCAN_BLOCKED (check-failed). */
export const scanBuilt = async (means: FlowMeans): Promise<ScannedEnvironment> => {
  const { environment, platform, interrupted: signal } = means
  const steps = beginFlow('scan built', means)
  const artifacts = await steps.run('build', (say) => platform.build(platform.services, { say, signal }))
  return { environment, images: await scanArtifacts(artifacts, means, steps) }
}

/** The verdict of today on what an environment runs: what is known to be wrong grows. Throws SCAN_BLOCKED. */
export const scanRunning = async (means: FlowMeans): Promise<ScannedEnvironment> => {
  const steps = beginFlow('scan running', means)
  const artifacts = await servingArtifacts(means, steps)
  return { environment: means.environment, images: await scanArtifacts(artifacts, means, steps) }
}
