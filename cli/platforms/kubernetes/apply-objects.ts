import { ShopctlError } from '../../errors/shopctl-error.ts'
import { adaptToLive } from './adapt-to-live.ts'
import { inApplyOrder } from './apply-order.ts'
import type { KubeObject, ObjectReference } from './kube-client.ts'
import { referenceOf } from './object-reference.ts'
import { type ApplyContext, type PlannedObject, planApply, planDifferences } from './plan-apply.ts'

export type AppliedObject = {
  readonly reference: ObjectReference
  readonly change: 'created' | 'changed' | 'unchanged'
  /** As the server has it now. */
  readonly object: KubeObject
}

const changeOf = (live: KubeObject | null, object: KubeObject): AppliedObject['change'] => {
  if (live === null || live.metadata.uid !== object.metadata.uid) return 'created'
  return live.metadata.resourceVersion === object.metadata.resourceVersion ? 'unchanged' : 'changed'
}

/** Where an autoscaler wrote its number since we looked, what we say of it is out of date: look again, once. */
const applyOne = async (
  { object, sent, live }: PlannedObject,
  { context, set }: { context: ApplyContext; set: readonly KubeObject[] },
): Promise<AppliedObject> => {
  const { client, conflicts, signal } = context
  const reference = referenceOf(object)
  const send = async (body: KubeObject, before: KubeObject | null): Promise<AppliedObject> => {
    const applied = await client.apply({ object: body, conflicts, mode: 'apply' }, signal)
    return { reference, change: changeOf(before, applied), object: applied }
  }
  return send(sent, live).catch(async (error: unknown) => {
    if (!(error instanceof ShopctlError) || error.code !== 'FIELD_CONFLICT' || sent === object) throw error
    const now = await client.read(reference, signal)
    return send(adaptToLive(object, { live: now, set }), now)
  })
}

/** Waits for all, also where one fails: nothing is under way any more when this throws. */
const settled = async <Value>(doing: readonly Promise<Value>[]): Promise<readonly Value[]> => {
  await Promise.allSettled(doing)
  return Promise.all(doing)
}

type Applying = { readonly context: ApplyContext; readonly set: readonly KubeObject[] }

const applyPlanned = async (
  planned: readonly PlannedObject[],
  applying: Applying,
): Promise<readonly AppliedObject[]> => {
  const done: AppliedObject[] = []
  for (const rank of inApplyOrder(planned)) done.push(...(await settled(rank.map((plan) => applyOne(plan, applying)))))
  return done
}

/** Null where the object is not as wanted. */
const asItIs = ({ object, live, after }: PlannedObject): AppliedObject | null =>
  live === null || after !== live ? null : { reference: referenceOf(object), change: 'unchanged', object: live }

/**
 * Applies what is not as wanted, and writes nothing where it is. What the environment would refuse is met in the middle:
 * `planApply` or `applyObjects` finds it before.
 */
export const applyDifferences = async (
  objects: readonly KubeObject[],
  context: ApplyContext,
): Promise<readonly AppliedObject[]> => {
  const planned = await planDifferences(objects, context)
  const kept = planned.flatMap((each) => asItIs(each) ?? [])
  const differing = planned.filter((each) => asItIs(each) === null)
  return [...kept, ...(await applyPlanned(differing, { context, set: objects }))]
}

/** Checks all, then applies what differs: a refusal changes nothing. */
export const applyObjects = async (
  objects: readonly KubeObject[],
  context: ApplyContext,
): Promise<readonly AppliedObject[]> => {
  if (context.conflicts === 'refuse') await planApply(objects, context)
  return applyDifferences(objects, context)
}
