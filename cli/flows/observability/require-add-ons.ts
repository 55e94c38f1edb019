import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { AddOns } from '../../platforms/add-ons.ts'
import type { FlowMeans } from '../means.ts'

/** Throws NOT_ON_KUBERNETES, ADD_ONS_ELSEWHERE (refused). */
export const requireAddOns = ({ platform, environment }: Pick<FlowMeans, 'platform' | 'environment'>): AddOns => {
  const { addOns } = platform
  if (addOns === undefined) {
    throw new ShopctlError({
      code: 'NOT_ON_KUBERNETES',
      outcome: 'refused',
      what: `${environment} does not run on Kubernetes, and needs nothing beside the shop there; nothing was changed.`,
      fix: [toType(`observe --env ${environment}`)],
    })
  }
  addOns.requireOwn()
  return addOns
}
