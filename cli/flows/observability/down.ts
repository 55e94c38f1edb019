import type { AddOnGroup } from '../../../manifests/add-ons/add-on-request.ts'
import type { FlowMeans } from '../means.ts'
import { beginFlow } from '../steps.ts'
import { withLock } from '../with-lock.ts'
import { requireAddOns } from './require-add-ons.ts'

export type AddOnsDownRequest = {
  readonly groups: readonly AddOnGroup[]
  /** `delete`: the volumes go too, with all metrics and logs. */
  readonly data: 'keep' | 'delete'
  readonly waitSeconds: number
}

export type AddOnsDownResult = { readonly environment: string; readonly gone: readonly string[] }

/** Stops what runs beside the shop, under the environment's lock. */
export const takeAddOnsDown = async (request: AddOnsDownRequest, means: FlowMeans): Promise<AddOnsDownResult> => {
  const addOns = requireAddOns(means)
  const { groups, data, waitSeconds } = request
  const steps = beginFlow('observability down', means)
  const gone = await withLock({ means, steps, why: 'observability down', waitSeconds }, (_lock, signal) =>
    steps.run('stop', () => addOns.down(groups, data, signal)),
  )
  return { environment: means.environment, gone }
}
