import { ShopctlError } from '../errors/shopctl-error.ts'
import type { Artifact } from '../platforms/platform.ts'
import type { ScanRecord } from '../releases/scan-record.ts'
import type { FlowMeans } from './means.ts'
import type { Steps } from './steps.ts'

/** What may be deployed, with the verdicts on it. */
export type Pushed = { readonly artifacts: readonly Artifact[]; readonly scans: readonly ScanRecord[] }

const isTaken = (error: unknown): boolean => error instanceof ShopctlError && error.code === 'IMAGE_TAG_TAKEN'

/**
 * What may be deployed has a verdict and is where the environment fetches it. A blocked artifact is not pushed. Where
 * somebody pushed the same source from another commit since `built` was built, theirs is taken, as the next build would.
 */
export const scanAndPush = async (built: readonly Artifact[], means: FlowMeans, steps: Steps): Promise<Pushed> => {
  const { platform, interrupted: signal } = means
  if (platform.scan === undefined) {
    steps.skip('scan', 'bundles are not scanned; images are')
    return { artifacts: built, scans: [] }
  }
  const attempt = async (artifacts: readonly Artifact[], attemptsLeft: number): Promise<Pushed> => {
    const scans = await steps.run('scan', (say) => platform.scan?.(artifacts, { say, signal }) ?? Promise.resolve([]))
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
