/** JSON as it stands in an object: what apply, patch and ownership work on. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json }

type JsonObject = { readonly [field: string]: Json }

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A merge patch: null removes, objects are gone into, everything else replaces as a whole. */
export const merge = (into: Json | undefined, change: Json): Json => {
  if (!isObject(change)) return change
  const base = isObject(into) ? { ...into } : {}
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete base[name]
    else base[name] = merge(base[name], value)
  }
  return base
}

/** Paths of all values that are no objects; a list counts as one value. */
export const leaves = (value: Json, path: readonly string[] = []): ReadonlyMap<string, Json> => {
  if (!isObject(value) || Object.keys(value).length === 0) return new Map([[pathName(path), value]])
  return new Map(Object.entries(value).flatMap(([name, inner]) => [...leaves(inner, [...path, name])]))
}

export const removePath = (value: Json, path: readonly string[]): Json => {
  const [name, ...rest] = path
  if (name === undefined || !isObject(value)) return value
  const { [name]: inner, ...others } = value
  if (inner === undefined || rest.length === 0) return others
  return { ...others, [name]: removePath(inner, rest) }
}

/** A separator that no field name has. */
const pathName = (path: readonly string[]): string => path.join('\u0000')

export const pathOf = (name: string): readonly string[] => name.split('\u0000')

export const pathInWords = (name: string): string => `.${name.replaceAll('\u0000', '.')}`
