import { isRecord } from './is-record.ts'

/** An item of a list is named by the field that tells it from the others, or by its place where nothing does. */
export type PathSegment = string | number | { readonly by: string; readonly value: string }
export type FieldPath = readonly PathSegment[]

/** What names an item, in the order of trying: containers, variables and volumes; mounts; ports; ingress paths. */
const nameKeys = ['name', 'mountPath', 'containerPort', 'port', 'path', 'ip', 'host'] as const

const plainField = /^\w+$/

const renderSegment = (segment: PathSegment): string => {
  if (typeof segment === 'number') return `[${segment}]`
  if (typeof segment !== 'string') return `[${segment.value}]`
  return plainField.test(segment) ? `.${segment}` : `[${segment}]`
}

/** `.spec.template.spec.containers[server].image` */
export const renderPath = (path: FieldPath): string => path.map(renderSegment).join('')

const valuesBy = (items: readonly unknown[], key: string): readonly string[] =>
  items.flatMap((item) => {
    const value = isRecord(item) ? item[key] : undefined
    return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
  })

/** The field that names the items of both lists, each once; null where there is none. */
export const namingKey = (left: readonly unknown[], right: readonly unknown[]): string | null => {
  const names = (items: readonly unknown[], key: string) => new Set(valuesBy(items, key)).size === items.length
  return nameKeys.find((key) => names(left, key) && names(right, key)) ?? null
}

const step = (value: unknown, segment: PathSegment): unknown => {
  if (Array.isArray(value)) {
    if (typeof segment === 'number') return value[segment]
    if (typeof segment === 'string') return undefined
    return value.find((item) => isRecord(item) && String(item[segment.by]) === segment.value)
  }
  return isRecord(value) && typeof segment === 'string' ? value[segment] : undefined
}

export const valueAt = (value: unknown, path: FieldPath): unknown => path.reduce(step, value)
