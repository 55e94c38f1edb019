import type { AddOnGroup } from '../../../../manifests/add-ons/add-on-request.ts'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { toType } from '../../../errors/to-type.ts'
import type { AddOns } from '../../add-ons.ts'
import { applyObjects } from '../apply-objects.ts'
import { diffObjects } from '../diff-objects.ts'
import { pruneObjects } from '../inventory.ts'
import type { KubeObject } from '../kube-client.ts'
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
  /** As last rendered: what is watched and what is kept is what was applied. */
  const rendered = new Map<string, Promise<RenderedAddOns>>()

  const render = (groups: readonly AddOnGroup[], signal: AbortSignal): Promise<RenderedAddOns> => {
    const key = groups.join()
    const known = rendered.get(key) ?? renderAddOns(place, groups, signal)
    rendered.set(key, known)
    return known
  }
  const toPrune = async (groups: readonly AddOnGroup[], signal: AbortSignal): Promise<readonly KubeObject[]> => {
    const [{ objects }, live] = await Promise.all([render(groups, signal), fetchAddOns(client, groups, signal)])
    return addOnsToPrune(live, objects)
  }

  return {
    requireOwn() {
      const { installation, name } = environment
      if (installation !== null && installation !== name) throw elsewhere(name, installation)
    },

    async plan(groups, signal) {
      const [{ objects, notes }, goes] = await Promise.all([render(groups, signal), toPrune(groups, signal)])
      return { fields: await diffObjects(objects, { ...applying(signal), goes }), notes }
    },

    async apply(groups, conflicts, signal) {
      const { objects, notes } = await render(groups, signal)
      const applied = await applyObjects(objects, { ...applying(signal), conflicts })
      const count = (change: string) => applied.filter((one) => one.change === change).length
      return { created: count('created'), changed: count('changed'), unchanged: count('unchanged'), notes }
    },

    watch: (groups) =>
      addOnsObserver({
        client,
        wanted: async () => (await render(groups, AbortSignal.timeout(60_000))).objects,
      }),

    async prune(groups, signal) {
      const goes = await toPrune(groups, signal)
      await pruneObjects(goes, { client, signal })
      return goes.map((object) => describeObject(referenceOf(object)))
    },

    down: (groups, data, signal) => takeAddOnsDown(groups, data, { client, environment: environment.name, signal }),
  }
}
