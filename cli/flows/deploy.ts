import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import type { Origin } from './origin.ts'
import { scanAndPush } from './scan-and-push.ts'
import { type ShipRequest, type ShipResult, ship } from './ship.ts'
import { readSituation } from './situation.ts'
import { beginFlow, type Steps } from './steps.ts'

export type DeployRequest = ShipRequest & {
  /** The services to build anew, the others stay as the current release has them; null is all of them. */
  readonly services: readonly string[] | null
}

export type DeployResult = ShipResult

/** A release is a whole: before the first one there is nothing that the other services could stay as. */
const refusePartOfNothing = (chosen: readonly string[], current: ReleaseRecord | null, means: FlowMeans): void => {
  const { platform, environment } = means
  const missing = platform.services.filter((name) => !chosen.includes(name))
  if (current !== null || missing.length === 0) return
  throw new ShopctlError({
    code: 'NO_RELEASE_TO_CHANGE',
    outcome: 'refused',
    what: `${environment} has no release yet, so its first one cannot leave out ${missing.join(' and ')}.`,
    fix: [toType(`deploy --env ${environment}`)],
  })
}

/** The source as it is now. */
const builtFromSource = (chosen: readonly string[], means: FlowMeans, steps: Steps): Origin => {
  const { platform, environment, interrupted: signal } = means
  return {
    reason: 'deploy',
    forced: toType(`deploy --env ${environment} --force`),
    promotedFrom: null,
    commit: means.commit,
    find: () => steps.run('build', (say) => platform.build(chosen, { say, signal })),
    deliver: (built) => scanAndPush(built, means, steps),
  }
}

/**
 * The shop as the source has it, released as one: built, scanned, tried out beside what users are on, moved over when
 * proven, and taken back as one when not.
 */
export const deploy = async (request: DeployRequest, means: FlowMeans): Promise<DeployResult> => {
  const { platform, interrupted } = means
  const steps = beginFlow(request.mode === 'dry-run' ? 'diff' : 'deploy', means)
  const chosen = request.services ?? platform.services

  const before = await steps.ask('plan', async () => {
    const [situation] = await Promise.all([readSituation(means), platform.requireSettings?.(interrupted)])
    return situation
  })
  refusePartOfNothing(chosen, before.current, means)
  return ship(builtFromSource(chosen, means, steps), request, { means, steps, before })
}
