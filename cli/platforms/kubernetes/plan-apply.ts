import { adaptToLive } from './adapt-to-live.ts'
import { type Facing, refuseConflicts, refuseForeign, refuseSelectors } from './apply-refusals.ts'
import { driftOf } from './drift.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { isApplied } from './managed-fields.ts'
import { referenceOf } from './object-reference.ts'
import { hasOwnLeftovers } from './own-leftovers.ts'

export type ApplyContext = {
  readonly client: KubeClient
  readonly environment: string
  /** `take`: fields and objects that belong to somebody else are taken over. */
  readonly conflicts: 'refuse' | 'take'
  readonly signal: AbortSignal
}

/** One object that is to be applied: as rendered, as sent, as it is now and as it would be. */
export type PlannedObject = Facing & {
  readonly sent: KubeObject
  /** Null where that is not known: the namespace is not there yet, or the server was not asked. */
  readonly after: KubeObject | null
}

/** In a namespace that is not there the server answers no question. */
const canAsk = ({ metadata }: KubeObject, facing: readonly Facing[]): boolean =>
  !facing.some(
    ({ object, live }) => object.kind === 'Namespace' && live === null && object.metadata.name === metadata.namespace,
  )

const faceAll = (objects: readonly KubeObject[], { client, signal }: ApplyContext): Promise<readonly Facing[]> =>
  Promise.all(objects.map(async (object) => ({ object, live: await client.read(referenceOf(object), signal) })))

/** What another hand made alike is to become ours all the same. */
const isAsWanted = (object: KubeObject, { live, sent }: Pick<PlannedObject, 'live' | 'sent'>): boolean =>
  live !== null && isApplied(live) && driftOf(object, live).length === 0 && !hasOwnLeftovers(sent, live)

/**
 * What is not as wanted, from what is there alone: one question for each object, and nothing of what the server would
 * say. `after` is `live` where nothing is to be done. Throws SELECTOR_CHANGED.
 */
export const planDifferences = async (
  objects: readonly KubeObject[],
  context: ApplyContext,
): Promise<readonly PlannedObject[]> => {
  const facing = await faceAll(objects, context)
  refuseSelectors(facing, context.environment)
  return facing.map(({ object, live }) => {
    const sent = adaptToLive(object, { live, set: objects })
    return { object, live, sent, after: isAsWanted(object, { live, sent }) ? live : null }
  })
}

/**
 * Asks the server what applying would do, and changes nothing. Throws OBJECT_FOREIGN, SELECTOR_CHANGED or FIELD_CONFLICT
 * with everything that stands in the way, else the first thing that the server refuses.
 */
export const planApply = async (
  objects: readonly KubeObject[],
  context: ApplyContext,
): Promise<readonly PlannedObject[]> => {
  const { client, environment, conflicts, signal } = context
  const facing = await faceAll(objects, context)
  if (conflicts === 'refuse') refuseForeign(facing, environment)
  refuseSelectors(facing, environment)
  const errors: unknown[] = []
  const planned = await Promise.all(
    facing.map(async ({ object, live }) => {
      const sent = adaptToLive(object, { live, set: objects })
      if (!canAsk(object, facing)) return { object, live, sent, after: null }
      const after = await client.apply({ object: sent, conflicts, mode: 'dry-run' }, signal).catch((error: unknown) => {
        errors.push(error)
        return null
      })
      return { object, live, sent, after }
    }),
  )
  refuseConflicts(errors, environment)
  return planned
}
