import { ShopctlError } from '../errors/shopctl-error.ts'
import type { Artifact } from '../platforms/platform.ts'
import type { ScanRecord } from '../releases/scan-record.ts'
import type { FlowMeans } from './means.ts'
import { scanArtifacts } from './scan-artifacts.ts'
import type { Steps } from './steps.ts'

/** What may be deployed, with the verdicts on it. */
export type Delivered = { readonly artifacts: readonly Artifact[]; readonly scans: readonly ScanRecord[] }

const isTaken = (error: unknown): boolean => error instanceof ShopctlError && error.code === 'IMAGE_TAG_TAKEN'

/**
 * What may be deployed has a verdict and is where the environment fetches it. A blocked artifact is not pushed. Where
 * somebody pushed the same source from another commit since `built` was built, theirs is taken, as the next build would.
 */
export const scanAndPush = async (built: readonly Artifact[], means: FlowMeans, steps: Steps): Promise<Delivered> => {
  const { platform, interrupted: signal } = means
  if (platform.scan === undefined) return { artifacts: built, scans: await scanArtifacts(built, means, steps) }
  const attempt = async (artifacts: readonly Artifact[], attemptsLeft: number): Promise<Delivered> => {
    const scans = await scanArtifacts(artifacts, means, steps)
    try {
      await steps.run('push', (say) => platform.push?.(artifacts, { say, signal }) ?? Promise.resolve())
      return { artifacts, scans }
    } catch (error) {
      if (!isTaken(error) || attemptsLeft === 0) throw error
    }
    const services = artifacts.map(({ service }) => service)
    return attempt(await steps.run('build', (say) => platform.build(services, { say, signal })), attemptsLeft - 1)
  }
  // At the worst somebody else is a little faster with each of them.
  return attempt(built, built.length)
}
