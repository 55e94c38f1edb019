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

/** Without names: what only looks. What the shop itself runs by goes where somebody names it. */
export const groupsToStop = (only: readonly AddOnGroup[] | undefined): readonly AddOnGroup[] =>
  only ?? ['monitoring', 'logging']

/** What nobody does any more while it is down. */
const withoutIt: Readonly<Record<AddOnGroup, string>> = {
  monitoring: 'nobody is alerted',
  logging: 'no logs are collected',
  ingress: 'new pods get no requests from the load balancer, no nodes are made and services do not scale',
}

export const downQuestion = ({
  environment,
  groups,
  data,
}: Pick<AddOnsDownRequest, 'groups' | 'data'> & { readonly environment: string }): string => {
  const stop = `Stop ${groups.join(', ')} of ${environment}`
  const first = data === 'delete' ? `${stop} and delete what they measured and collected for good?` : `${stop}?`
  return `${first} Until it is applied again ${groups.map((group) => withoutIt[group]).join('; ')}.`
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
