import { z } from 'zod'
import type { FieldPath, PathSegment } from './field-path.ts'
import { isRecord } from './is-record.ts'
import type { KubeObject } from './kube-client.ts'

/** The name under which shopctl applies. */
export const fieldManager = 'shopctl'

const entrySchema = z.object({
  manager: z.string().default('somebody unnamed'),
  operation: z.string().default('Update'),
  subresource: z.string().default(''),
  time: z.string().nullish(),
  fieldsV1: z.record(z.string(), z.unknown()).default({}),
})

/** Who owns which fields of an object, as the API server keeps it for server-side apply. */
export type FieldOwner = {
  readonly manager: string
  readonly operation: string
  readonly subresource: string
  readonly time: string | null
  readonly fields: Readonly<Record<string, unknown>>
}

export const fieldOwners = (object: KubeObject): readonly FieldOwner[] => {
  const parsed = z.array(entrySchema).safeParse(object.metadata.managedFields ?? [])
  if (!parsed.success) return []
  return parsed.data.map(({ fieldsV1, time, ...entry }) => ({ ...entry, time: time ?? null, fields: fieldsV1 }))
}

/** Controllers do their work in the spec too: an autoscaler's number, a volume's name. */
export const isController = (manager: string): boolean => manager.startsWith('kube-') || manager === 'kubelet'

/** What shopctl applied, and not what it only wrote. */
export const appliedByUs = (object: KubeObject): readonly FieldOwner[] =>
  fieldOwners(object).filter(({ manager, operation }) => manager === fieldManager && operation === 'Apply')

/** Applied by shopctl, and not only written by it: a record or a lock is written. */
export const isApplied = (object: KubeObject): boolean => appliedByUs(object).length > 0

/** What stands in `k:{…}`, `v:…` and `i:…`. */
export const parsedKey = (key: string): unknown => {
  try {
    return JSON.parse(key.slice(2))
  } catch {
    return null
  }
}

const names = (key: string, segment: PathSegment): boolean => {
  if (typeof segment === 'string') return key === `f:${segment}`
  if (typeof segment === 'number') return key === `i:${segment}`
  const item = key.startsWith('k:') ? parsedKey(key) : null
  return isRecord(item) && String(item[segment.by]) === segment.value
}

/** Whether these fields hold the path, or all of what is above it (a list or map that is owned as one). */
const holds = (fields: unknown, path: FieldPath): boolean => {
  const [segment, ...rest] = path
  if (segment === undefined || !isRecord(fields)) return true
  const found = Object.entries(fields).find(([key]) => names(key, segment))
  if (found === undefined) return false
  const below = found[1]
  return isRecord(below) && Object.keys(below).length === 0 ? true : holds(below, rest)
}

export const ownersOfField = (object: KubeObject, path: FieldPath): readonly FieldOwner[] =>
  fieldOwners(object).filter(({ fields }) => holds(fields, path))

const segmentOf = (key: string): PathSegment | null => {
  if (key.startsWith('f:')) return key.slice(2)
  if (key.startsWith('i:')) return Number(key.slice(2))
  const item = key.startsWith('k:') ? parsedKey(key) : null
  const [first] = isRecord(item) ? Object.entries(item) : []
  return first === undefined ? null : { by: first[0], value: String(first[1]) }
}

/** The paths that an owner holds, each down to its last named field. */
export const ownedPaths = (fields: Readonly<Record<string, unknown>>): readonly FieldPath[] =>
  Object.entries(fields).flatMap(([key, below]) => {
    const segment = segmentOf(key)
    if (segment === null) return []
    const under = isRecord(below) ? ownedPaths(below) : []
    // `.` stands for an item itself, and only matters where nothing below it is named.
    return under.length === 0 ? [[segment]] : under.map((path) => [segment, ...path])
  })
