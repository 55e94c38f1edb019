import { type FieldPath, namingKey, valueAt } from './field-path.ts'
import { isRecord } from './is-record.ts'
import { sameQuantity } from './quantity.ts'

/** `undefined` is absent. */
export type Changed = { readonly path: FieldPath; readonly recorded: unknown; readonly live: unknown }

export const isEmpty = (value: unknown): boolean => {
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
