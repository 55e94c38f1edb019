import { isDeepStrictEqual } from 'node:util'
import { type FieldPath, namingKey, valueAt } from './field-path.ts'
import { isRecord } from './is-record.ts'
import type { KubeObject } from './kube-client.ts'
import { fieldOwners, isController, ownedPaths } from './managed-fields.ts'
import { type Changed, isEmpty } from './subset-changes.ts'

/** What the server sets inside of a whole where it is left out: a port's protocol, where a pod's own field is read. */
const defaults: Readonly<Record<string, unknown>> = { protocol: 'TCP', apiVersion: 'v1', divisor: '0' }

/** Claims cannot be changed, and the server fills them in: they say nothing about anybody's hand. */
const isFilledIn = ([, second]: FieldPath): boolean => second === 'volumeClaimTemplates'

const isWhole = (value: unknown): boolean => Array.isArray(value) || isRecord(value)

const isBelow = (path: FieldPath, above: FieldPath): boolean =>
  path.length > above.length && above.every((segment, index) => isDeepStrictEqual(segment, path[index]))

/**
 * Lists and maps of the specification that the server keeps as one: nobody owns anything below them, and so nobody is
 * known to have added an item. The rules of a NetworkPolicy and an Ingress, the words of a command, a selector.
 */
const atomicPaths = (live: KubeObject): readonly FieldPath[] => {
  const owners = fieldOwners(live).filter(({ subresource, manager }) => subresource === '' && !isController(manager))
  const paths = owners.flatMap(({ fields }) => ownedPaths(fields))
  return paths.filter(
    (path, index) =>
      path[0] === 'spec' &&
      path.length > 1 &&
      !isFilledIn(path) &&
      isWhole(valueAt(live, path)) &&
      paths.findIndex((each) => isDeepStrictEqual(each, path)) === index &&
      !paths.some((each) => isBelow(each, path)),
  )
}

const extraItems = (recorded: readonly unknown[], live: readonly unknown[], path: FieldPath): readonly Changed[] => {
  const by = namingKey(recorded, live)
  return live.flatMap((item, index) => {
    const segment = by === null || !isRecord(item) ? index : { by, value: String(item[by]) }
    const counterpart = valueAt(recorded, [segment])
    // Also an empty one: a rule without words lets everybody in.
    if (counterpart === undefined) return [{ path: [...path, segment], recorded: undefined, live: item }]
    return extras(counterpart, item, [...path, segment])
  })
}

const extras = (recorded: unknown, live: unknown, path: FieldPath): readonly Changed[] => {
  if (Array.isArray(recorded) && Array.isArray(live)) return extraItems(recorded, live, path)
  if (!isRecord(recorded) || !isRecord(live)) return []
  return Object.entries(live).flatMap(([key, value]) => {
    if (key in recorded) return extras(recorded[key], value, [...path, key])
    return isEmpty(value) || defaults[key] === value ? [] : [{ path: [...path, key], recorded: undefined, live: value }]
  })
}

/** What such a list or map holds beyond what was recorded of it. */
export const atomicExtras = (recorded: KubeObject, live: KubeObject): readonly Changed[] =>
  atomicPaths(live).flatMap((path) => extras(valueAt(recorded, path), valueAt(live, path), path))
