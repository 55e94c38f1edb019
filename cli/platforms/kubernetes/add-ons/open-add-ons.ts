import type { AddOnGroup } from '../../../../manifests/add-ons/add-on-request.ts'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { toType } from '../../../errors/to-type.ts'
import type { AddOns } from '../../add-ons.ts'
import { applyObjects } from '../apply-objects.ts'
import { diffObjects } from '../diff-objects.ts'
import { pruneObjects } from '../inventory.ts'
import { describeObject, referenceOf } from '../object-reference.ts'
import { addOnsToPrune, fetchAddOns } from './add-on-objects.ts'
import { addOnsObserver } from './observe-add-ons.ts'
import { type RenderedAddOns, type RenderPlace, renderAddOns } from './render-add-ons.ts'
import { takeAddOnsDown } from './take-add-ons-down.ts'

const verb = 'observability apply'

const elsewhere = (environment: string, owner: string): ShopctlError =>
  new ShopctlError({
    code: 'ADD_ONS_ELSEWHERE',
    outcome: 'refused',
    what: `What runs beside the shop of ${environment} belongs to ${owner}, whose cluster it is; nothing was changed.`,
    why: [`both stand on the installation ${owner}: its monitoring and its logging are for both`],
    fix: [toType(`${verb} --env ${owner}`)],
  })

/** Monitoring, logging and the controllers of the cluster that an environment is on. */
export const openAddOns = (place: RenderPlace): AddOns => {
  const { client, environment } = place
  const applying = (signal: AbortSignal) => ({ client, environment: environment.name, signal, verb })
  /** As last planned: what is watched and what is kept is what was applied. */
  const planned = new Map<string, RenderedAddOns>()

  /** Anew each time: another apply may have made the keys meanwhile that both are to have. */
  const render = async (groups: readonly AddOnGroup[], signal: AbortSignal): Promise<RenderedAddOns> => {
    const rendered = await renderAddOns(place, groups, signal)
    planned.set(groups.join(), rendered)
    return rendered
  }
  const asPlanned = async (groups: readonly AddOnGroup[], signal: AbortSignal): Promise<RenderedAddOns> =>
    planned.get(groups.join()) ?? render(groups, signal)

  return {
    requireOwn() {
      const { installation, name } = environment
      if (installation !== null && installation !== name) throw elsewhere(name, installation)
    },

    async plan(groups, signal) {
      const [{ objects, notes }, live] = await Promise.all([
        render(groups, signal),
        fetchAddOns(client, groups, signal),
      ])
      const goes = addOnsToPrune(live, objects)
      return { fields: await diffObjects(objects, { ...applying(signal), goes }), notes }
    },

    async apply(groups, conflicts, signal) {
      const { objects, notes } = await asPlanned(groups, signal)
      const applied = await applyObjects(objects, { ...applying(signal), conflicts })
      const count = (change: string) => applied.filter((one) => one.change === change).length
      return { created: count('created'), changed: count('changed'), unchanged: count('unchanged'), notes }
    },

    watch: (groups) =>
      addOnsObserver({
        client,
        wanted: async () => (await asPlanned(groups, AbortSignal.timeout(60_000))).objects,
      }),

    async prune(groups, signal) {
      const [{ objects }, live] = await Promise.all([asPlanned(groups, signal), fetchAddOns(client, groups, signal)])
      const goes = addOnsToPrune(live, objects)
      await pruneObjects(goes, { client, signal })
      return goes.map((object) => describeObject(referenceOf(object)))
    },

    down: (groups, data, signal) => takeAddOnsDown(groups, data, { client, environment: environment.name, signal }),
  }
}
