import type { FieldDifference } from '../platform.ts'
import { type FieldPath, namingKey, renderPath, valueAt } from './field-path.ts'
import { isRecord } from './is-record.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { fetchLive, releaseKinds } from './live-objects.ts'
import { fieldManager, fieldOwners, ownedPaths, ownersOfField } from './managed-fields.ts'
import { describeObject, objectKey, referenceOf } from './object-reference.ts'
import { sameQuantity } from './quantity.ts'

type Changed = { readonly path: FieldPath; readonly recorded: unknown; readonly live: unknown }

const isEmpty = (value: unknown): boolean => {
  // Not `false`: where a field is absent Kubernetes may take it for true, as with privilege escalation.
  if (value === undefined || value === null || value === '' || value === 0) return true
  if (Array.isArray(value)) return value.length === 0
  return isRecord(value) && Object.keys(value).length === 0
}

const isSame = (recorded: unknown, live: unknown): boolean => {
  if (isEmpty(recorded) && isEmpty(live)) return true
  if (recorded === live || String(recorded) === String(live)) return true
  return sameQuantity(String(recorded), String(live))
}

const listChanges = (recorded: readonly unknown[], live: readonly unknown[], path: FieldPath): readonly Changed[] => {
  const by = namingKey(recorded, live)
  return recorded.flatMap((item, index) => {
    const segment = by === null || !isRecord(item) ? index : { by, value: String(item[by]) }
    return subsetChanges(item, valueAt(live, [segment]), [...path, segment])
  })
}

/** Fields of the recorded value that are otherwise in the live one. What the server adds by itself is no change. */
export const subsetChanges = (recorded: unknown, live: unknown, path: FieldPath = []): readonly Changed[] => {
  if (Array.isArray(recorded) && Array.isArray(live)) return listChanges(recorded, live, path)
  if (isRecord(recorded) && isRecord(live))
    return Object.entries(recorded).flatMap(([key, value]) => subsetChanges(value, live[key], [...path, key]))
  const bothPlain = !isRecord(recorded) && !isRecord(live) && !Array.isArray(recorded) && !Array.isArray(live)
  if ((bothPlain && isSame(recorded, live)) || (isEmpty(recorded) && isEmpty(live))) return []
  return [{ path, recorded, live }]
}

/** Controllers do their work in the spec too: an autoscaler's number, a volume's name. */
const isController = (manager: string): boolean => manager.startsWith('kube-') || manager === 'kubelet'

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
  const added = additions(recorded, live).filter(({ path }) => !changed.some((each) => isWithin(path, each.path)))
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
