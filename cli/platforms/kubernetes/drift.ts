import type { FieldDifference } from '../platform.ts'
import { atomicExtras } from './atomic-extras.ts'
import { type FieldPath, renderPath, valueAt } from './field-path.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { fetchLive, releaseKinds } from './live-objects.ts'
import { fieldManager, fieldOwners, isController, ownedPaths, ownersOfField } from './managed-fields.ts'
import { describeObject, objectKey, referenceOf } from './object-reference.ts'
import { type Changed, isEmpty, subsetChanges } from './subset-changes.ts'

const isWithin = (path: FieldPath, above: FieldPath): boolean =>
  above.every((segment, index) => JSON.stringify(segment) === JSON.stringify(path[index]))

/** Fields of the spec that somebody added: a variable, a sidecar, an annotation that restarts pods. */
const additions = (recorded: KubeObject, live: KubeObject): readonly Changed[] =>
  fieldOwners(live)
    .filter(({ manager, subresource }) => manager !== fieldManager && subresource === '' && !isController(manager))
    .flatMap(({ fields }) => ownedPaths(fields))
    .filter((path) => path[0] === 'spec' && valueAt(recorded, path) === undefined)
    .map((path) => ({ path, recorded: undefined, live: valueAt(live, path) }))
    .filter(({ live: value }) => !isEmpty(value))

/** As the API server noted it; null where nobody is named. */
const whoSet = (live: KubeObject, path: FieldPath): string | null => {
  const others = ownersOfField(live, path).filter(({ manager }) => manager !== fieldManager)
  const [last] = others.toSorted((left, right) => (right.time ?? '').localeCompare(left.time ?? ''))
  if (last === undefined) return null
  return last.time === null ? last.manager : `${last.manager} at ${last.time}`
}

const isSecretValue = ({ kind }: KubeObject, [first]: FieldPath): boolean => kind === 'Secret' && first !== 'metadata'

const inWords = (object: KubeObject, value: unknown, path: FieldPath): string | null => {
  if (value === undefined || value === null) return null
  if (isSecretValue(object, path)) return '(secret)'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What of one recorded object is otherwise now, from what was recorded to what is there, and by whom. */
export const driftOf = (recorded: KubeObject, live: KubeObject | null): readonly FieldDifference[] => {
  const object = describeObject(referenceOf(recorded))
  if (live === null) return [{ object, path: '', from: 'there', to: null, by: null }]
  const changed = subsetChanges(recorded, live)
  const added = [...additions(recorded, live), ...atomicExtras(recorded, live)].filter(
    ({ path }) => !changed.some((each) => isWithin(path, each.path)),
  )
  return [...changed, ...added].map(({ path, ...values }) => ({
    object,
    path: renderPath(path),
    from: inWords(recorded, values.recorded, path),
    to: inWords(recorded, values.live, path),
    by: whoSet(live, path),
  }))
}

/** Recorded against live, with one list for each kind and no write. */
export const fetchDrift = async (
  recorded: readonly KubeObject[],
  { client, namespace, signal }: { client: KubeClient; namespace: string; signal: AbortSignal },
): Promise<readonly FieldDifference[]> => {
  const kinds = releaseKinds.filter(({ kind }) => recorded.some((object) => object.kind === kind))
  const live = new Map(
    (await fetchLive(client, { namespace, kinds }, signal)).map((object) => [objectKey(referenceOf(object)), object]),
  )
  return recorded
    .filter(({ kind }) => kinds.some((each) => each.kind === kind))
    .flatMap((object) => driftOf(object, live.get(objectKey(referenceOf(object))) ?? null))
}
