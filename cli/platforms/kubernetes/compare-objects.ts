import { isDeepStrictEqual } from 'node:util'
import { type FieldPath, namingKey, type PathSegment } from './field-path.ts'
import { isRecord } from './is-record.ts'
import type { KubeObject } from './kube-client.ts'

/** `undefined` is absent. */
export type ObjectChange = { readonly path: FieldPath; readonly from: unknown; readonly to: unknown }

const serverMetadata: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'uid',
  'selfLink',
])

/** Kept by a controller and by `kubectl apply` for themselves; the second repeats the values of a Secret. */
const toolAnnotations: ReadonlySet<string> = new Set([
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
])

const without = (value: unknown, left: ReadonlySet<string>): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !left.has(key))) : value

/** An object without what only the server writes. */
const withoutServerFields = (object: KubeObject): Readonly<Record<string, unknown>> => {
  const { status, metadata, ...rest } = object
  const annotations = without(metadata.annotations, toolAnnotations)
  const said = isRecord(annotations) && Object.keys(annotations).length > 0 ? { annotations } : {}
  const { annotations: _, ...kept } = Object.fromEntries(
    Object.entries(metadata).filter(([key]) => !serverMetadata.has(key)),
  )
  return { ...rest, metadata: { ...kept, ...said } }
}

type Pair = { readonly segment: PathSegment; readonly from: unknown; readonly to: unknown }

const keyed = (items: readonly unknown[], by: string): ReadonlyMap<string, unknown> =>
  new Map(items.flatMap((item) => (isRecord(item) ? [[String(item[by]), item]] : [])))

const pairsOfLists = (from: readonly unknown[], to: readonly unknown[]): readonly Pair[] => {
  const by = namingKey(from, to)
  if (by === null) {
    const longest = from.length > to.length ? from : to
    return longest.map((_, index) => ({ segment: index, from: from[index], to: to[index] }))
  }
  const left = keyed(from, by)
  const right = keyed(to, by)
  return [...new Set([...left.keys(), ...right.keys()])].map((value) => ({
    segment: { by, value },
    from: left.get(value),
    to: right.get(value),
  }))
}

const pairsOf = (from: unknown, to: unknown): readonly Pair[] | null => {
  if (Array.isArray(from) && Array.isArray(to)) return pairsOfLists(from, to)
  if (!isRecord(from) || !isRecord(to)) return null
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .sort()
    .map((segment) => ({ segment, from: from[segment], to: to[segment] }))
}

/** Every field in which two values differ, as deep as both have it. */
const compareValues = (from: unknown, to: unknown, path: FieldPath = []): readonly ObjectChange[] => {
  if (isDeepStrictEqual(from, to)) return []
  const pairs = pairsOf(from, to)
  if (pairs === null) return [{ path, from, to }]
  return pairs.flatMap((pair) => compareValues(pair.from, pair.to, [...path, pair.segment]))
}

export const compareObjects = (from: KubeObject, to: KubeObject): readonly ObjectChange[] =>
  compareValues(withoutServerFields(from), withoutServerFields(to))
