import { isDeepStrictEqual } from 'node:util'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { valueAt } from './field-path.ts'
import type { KubeObject } from './kube-client.ts'
import { fieldManager, fieldOwners } from './managed-fields.ts'
import { describeObject, referenceOf } from './object-reference.ts'

/** An object as wanted and as it is. */
export type Facing = { readonly object: KubeObject; readonly live: KubeObject | null }

/** Only these make an object somebody's; what a controller writes makes none its own. */
export const makersOf = (object: KubeObject): string => {
  const makers = fieldOwners(object)
    .filter(({ subresource, manager }) => subresource === '' && !manager.startsWith('kube-'))
    .map(({ manager, time }) => (time === null ? manager : `${manager} (last at ${time})`))
  return makers.length === 0 ? 'somebody who left no name' : makers.join(' and ')
}

/** A platform team may have made the namespace: shopctl works in it all the same. */
const isForeign = (live: KubeObject | null): live is KubeObject =>
  live !== null && live.kind !== 'Namespace' && !fieldOwners(live).some(({ manager }) => manager === fieldManager)

export const refuseForeign = (facing: readonly Facing[], environment: string): void => {
  const foreign = facing.map(({ live }) => live).filter(isForeign)
  if (foreign.length === 0) return
  throw new ShopctlError({
    code: 'OBJECT_FOREIGN',
    outcome: 'refused',
    what: `Nothing was applied in ${environment}: names that the release needs belong to objects that shopctl did not make.`,
    why: foreign.map((live) => `${describeObject(referenceOf(live))} was made by ${makersOf(live)}`),
    fix: [toType(`deploy --env ${environment} --force`)],
  })
}

const selector = ['spec', 'selector'] as const

const labelsIn = (object: KubeObject | null): string => JSON.stringify(valueAt(object, [...selector, 'matchLabels']))

const wouldMoveSelector = ({ object, live }: Facing): boolean => {
  if (live === null || !['Deployment', 'StatefulSet'].includes(object.kind)) return false
  return !isDeepStrictEqual(valueAt(object, selector), valueAt(live, selector))
}

export const refuseSelectors = (facing: readonly Facing[], environment: string): void => {
  const moved = facing.filter(wouldMoveSelector)
  if (moved.length === 0) return
  throw new ShopctlError({
    code: 'SELECTOR_CHANGED',
    outcome: 'refused',
    what: `Nothing was applied in ${environment}: the labels by which a Deployment finds its pods cannot be changed.`,
    why: moved.map(
      ({ object, live }) =>
        `${describeObject(referenceOf(object))} finds its pods by ${labelsIn(live)}, the release wants ${labelsIn(object)}`,
    ),
    fix: [toType(`down --env ${environment}`), toType(`deploy --env ${environment}`)],
  })
}

const isConflict = (error: unknown): error is ShopctlError =>
  error instanceof ShopctlError && error.code === 'FIELD_CONFLICT'

/** All conflicts in one refusal, so that nobody meets them one by one; any other refusal comes first, as it is. */
export const refuseConflicts = (errors: readonly unknown[], environment: string): void => {
  if (errors.length === 0) return
  const conflicts = errors.filter(isConflict)
  const other = errors.find((error) => !isConflict(error))
  if (other !== undefined) throw other
  throw new ShopctlError({
    code: 'FIELD_CONFLICT',
    outcome: 'refused',
    what: `Nothing was applied in ${environment}: somebody else has set fields that the release sets too.`,
    why: conflicts.flatMap(({ why }) => why),
    fix: [toType(`diff --env ${environment}`), toType(`deploy --env ${environment} --force`)],
    cause: conflicts[0],
  })
}
