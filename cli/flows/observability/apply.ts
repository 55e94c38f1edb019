import { z } from 'zod'
import { type AddOnGroup, addOnGroups } from '../../../manifests/add-ons/add-on-request.ts'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { AddOns, AddOnsApplied, AddOnsPlan } from '../../platforms/add-ons.ts'
import type { FlowMeans } from '../means.ts'
import { beginFlow, type Steps } from '../steps.ts'
import { withLock } from '../with-lock.ts'
import { requireAddOns } from './require-add-ons.ts'
import { waitForAddOns } from './wait-for-add-ons.ts'

export type ApplyAddOnsRequest = {
  readonly mode: 'apply' | 'dry-run'
  readonly groups: readonly AddOnGroup[]
  /** `take`: fields and objects of somebody else are taken over. */
  readonly conflicts: 'refuse' | 'take'
  /** How long to wait for a lock that somebody else holds; 0 refuses at once. */
  readonly waitSeconds: number
}

const fieldDifferenceSchema = z.object({
  object: z.string(),
  /** Empty where the whole object comes or goes. */
  path: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  by: z.string().nullable(),
})

export const addOnsResultSchema = z.object({
  schema: z.literal('shopctl.add-ons/1'),
  environment: z.string(),
  outcome: z.enum(['unchanged', 'would-change', 'applied']),
  groups: z.array(z.enum(addOnGroups)).readonly(),
  /** Of objects: what would change, or what did. */
  fields: z.array(fieldDifferenceSchema).readonly(),
  /** What is left out, and why. */
  notes: z.array(z.string()).readonly(),
  created: z.int(),
  changed: z.int(),
  pruned: z.array(z.string()).readonly(),
  /** Workloads that are ready; null where nobody looked. */
  ready: z.int().nullable(),
})

export type AddOnsResult = z.infer<typeof addOnsResultSchema>

const betweenLooksMilliseconds = 2000

const untilReady = (addOns: AddOns, { groups }: ApplyAddOnsRequest, means: FlowMeans, steps: Steps): Promise<number> =>
  steps.run(
    'ready',
    (say) => {
      const { environment, policy, interrupted: signal } = means
      return waitForAddOns({ environment, policy, look: addOns.watch(groups), betweenLooksMilliseconds, say, signal })
    },
    (ready) => `${ready} ready`,
  )

/** What is applied stays: what ran before runs on until what replaces it is ready. */
const leftHalfway = (signal: AbortSignal, environment: string): ShopctlError => {
  const stopped = interruption(signal, 'bringing up what runs beside the shop')
  return new ShopctlError({
    code: stopped.code,
    outcome: stopped.outcome,
    what: stopped.message,
    why: ['what was applied stays, and nothing was pruned; applying again goes on from there'],
    fix: [toType(`observability apply --env ${environment}`)],
    cause: stopped,
  })
}

type Changing = { readonly addOns: AddOns; readonly steps: Steps }
type Changed = AddOnsApplied & {
  readonly fields: AddOnsPlan['fields']
  readonly pruned: readonly string[]
  readonly ready: number
}

const change = async (request: ApplyAddOnsRequest, { addOns, steps }: Changing, means: FlowMeans): Promise<Changed> => {
  const { groups, conflicts, waitSeconds } = request
  return withLock({ means, steps, why: 'observability apply', waitSeconds }, async (_lock, signal) => {
    try {
      const applied = await steps.run('apply', async () => {
        // Whoever held the lock until now may have made the keys that this one would make as well.
        const { fields } = await addOns.plan(groups, signal)
        return { fields, ...(await addOns.apply(groups, conflicts, signal)) }
      })
      const ready = await untilReady(addOns, request, { ...means, interrupted: signal }, steps)
      const pruned = await steps.run('retire', () => addOns.prune(groups, signal))
      return { ...applied, pruned, ready }
    } catch (error) {
      // An abort comes out of whatever was waited for.
      throw signal.aborted ? leftHalfway(signal, means.environment) : error
    }
  })
}

/**
 * Brings what the cluster needs beside the shop to what is rendered: all that differs is applied, waited for, and what
 * is no longer rendered is deleted. Twice changes nothing.
 */
export const applyAddOns = async (request: ApplyAddOnsRequest, means: FlowMeans): Promise<AddOnsResult> => {
  const addOns = requireAddOns(means)
  const { environment } = means
  const { groups, mode } = request
  const steps = beginFlow(mode === 'dry-run' ? 'observability diff' : 'observability apply', means)
  const plan = await steps.ask('render', () => addOns.plan(groups, means.interrupted))
  const { fields, notes } = plan
  const schema = 'shopctl.add-ons/1' as const
  const told = { schema, environment, groups, fields, notes, created: 0, changed: 0, pruned: [] }
  const isSame = fields.length === 0
  if (mode === 'dry-run') return { ...told, outcome: isSame ? 'unchanged' : 'would-change', ready: null }
  if (isSame) return { ...told, outcome: 'unchanged', ready: await untilReady(addOns, request, means, steps) }
  const { unchanged: _, ...done } = await change(request, { addOns, steps }, means)
  return { ...told, ...done, outcome: done.fields.length === 0 ? 'unchanged' : 'applied' }
}
