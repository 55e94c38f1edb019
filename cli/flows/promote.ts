import { toType } from '../errors/to-type.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import type { Origin } from './origin.ts'
import { promotableRelease } from './promotable-release.ts'
import { refuseGoingBack } from './refuse-going-back.ts'
import { requireSameSource } from './require-same-source.ts'
import { scanArtifacts } from './scan-artifacts.ts'
import { type ShipRequest, type ShipResult, ship } from './ship.ts'
import { readSituation, type ServiceChange } from './situation.ts'
import { beginFlow, type Steps } from './steps.ts'

export type PromotionPlan = {
  /** Of the environment that it is taken from. */
  readonly release: ReleaseRecord
  /** `serving`: it is what runs there now; `numbered`: somebody asked for that one. */
  readonly taken: 'serving' | 'numbered'
  readonly changes: readonly ServiceChange[]
}

export type PromoteRequest = Pick<ShipRequest, 'mode' | 'why' | 'force' | 'waitSeconds'> & {
  /** The release to take; null is the one that serves there. */
  readonly release: number | null
  /** Shows what would come, then asks; throws where the answer is no. */
  readonly confirm: (plan: PromotionPlan) => Promise<void>
}

export type PromoteResult = ShipResult & { readonly promoted: NonNullable<ReleaseRecord['promotedFrom']> }

export type PromotionMeans = {
  readonly source: Pick<FlowMeans, 'environment' | 'platform' | 'reporter'>
  readonly target: FlowMeans
}

/** The digests that another environment runs. */
const takenFrom = (
  release: ReleaseRecord,
  { means, steps, forced }: { readonly means: FlowMeans; readonly steps: Steps; readonly forced: string },
): Origin => {
  const { platform, environment, interrupted: signal } = means
  return {
    reason: `promote release ${release.number} of ${release.environment}`,
    forced,
    promotedFrom: { environment: release.environment, release: release.number },
    commit: async () => release.commit,
    find: () =>
      steps.run('find', async (say) => {
        if (platform.findReleased === undefined) throw new Error(`${platform.name} takes no release of others`)
        return platform.findReleased(release, { say, signal })
      }),
    async deliver(found) {
      const scans = await scanArtifacts(found, means, steps)
      const elsewhere = found.filter(({ image }) => image?.present === 'elsewhere')
      if (elsewhere.length > 0) {
        await steps.run('copy', async (say) => platform.copyReleased?.(elsewhere, { say, signal }))
      } else {
        steps.skip('copy', `${environment} takes images from where ${release.environment} does`)
      }
      return { artifacts: found, scans }
    },
  }
}

/** What another environment runs and has tested, digest by digest: nothing is built, the rest is as in a deploy. */
export const promote = async (request: PromoteRequest, { source, target }: PromotionMeans): Promise<PromoteResult> => {
  const { platform, environment, interrupted } = target
  const { mode, why, force, waitSeconds } = request
  const steps = beginFlow(mode === 'dry-run' ? 'release diff' : 'release promote', target)
  const taken = request.release === null ? 'serving' : 'numbered'
  const words = `release promote --from ${source.environment} --to ${environment}`

  const { before, release, forced } = await steps.ask('plan', async () => {
    const { release, records } = await promotableRelease({ release: request.release, force, words }, source)
    const forced = toType(`${words} --release ${release.number} --force`)
    const before = await readSituation(target)
    refuseGoingBack({ release, source: records, target: before, environment, force, forced })
    if (force === 'no') {
      const { ancestry } = target
      await requireSameSource({ release, here: await target.commit(), ancestry, platform: source.platform, forced })
    }
    await platform.requireSettings?.(interrupted)
    return { before, release, forced }
  })

  const origin = takenFrom(release, { means: target, steps, forced })
  const confirm = (changes: readonly ServiceChange[]) => request.confirm({ release, taken, changes })
  const shipping: ShipRequest = { mode, why, force, waitSeconds, demoData: 'none', confirm }
  const shipped = await ship(origin, shipping, { means: target, steps, before })
  return { ...shipped, promoted: { environment: source.environment, release: release.number } }
}
