import type { AttributeChange } from '../plan-verdict.ts'
import type { PlannedChange } from './parse-plan.ts'
import { isEmpty, isSame, isShownList, isShownRecord, type Shown, Veiled, valueWords, veil } from './veil.ts'

export type Step = string | number

export type Difference = { readonly path: readonly Step[]; readonly from: Shown; readonly to: Shown }

/** `vpc_config[0].endpoint_public_access` */
export const pathWords = (path: readonly Step[]): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`)).join('')

const isPlain = (value: Shown): boolean =>
  value instanceof Veiled || (!isShownList(value) && !isShownRecord(value)) || isEmpty(value)

/** What is in one list and not in the other; the order of a set means nothing. */
const leftOver = (list: readonly Shown[], other: readonly Shown[]): readonly number[] => {
  const taken = new Set<number>()
  return list.flatMap((each, index) => {
    const twin = other.findIndex((candidate, at) => !taken.has(at) && isSame(each, candidate))
    if (twin === -1) return [index]
    taken.add(twin)
    return []
  })
}

const ofLists = (from: readonly Shown[], to: readonly Shown[], path: readonly Step[]): readonly Difference[] => {
  if (from.every(isPlain) && to.every(isPlain)) return [{ path, from, to }]
  const gone = leftOver(from, to)
  const come = leftOver(to, from)
  const [only = 0] = come
  if (gone.length === 1 && come.length === 1) {
    return differences(from[gone[0] ?? 0] ?? null, to[only] ?? null, [...path, only])
  }
  return [
    ...gone.map((index) => ({ path: [...path, index], from: from[index] ?? null, to: null })),
    ...come.map((index) => ({ path: [...path, index], from: null, to: to[index] ?? null })),
  ]
}

/** Told as deep as they lie; an empty value and none are the same. */
export const differences = (from: Shown, to: Shown, path: readonly Step[] = []): readonly Difference[] => {
  if (isSame(from, to)) return []
  if (isShownList(from) && isShownList(to)) return ofLists(from, to, path)
  if ((isShownRecord(from) && (isShownRecord(to) || to === null)) || (isShownRecord(to) && from === null)) {
    const [left, right] = [isShownRecord(from) ? from : {}, isShownRecord(to) ? to : {}]
    // A whole element that comes or goes is one difference; only what stands alone is told field by field.
    if (path.length > 0 && (isEmpty(from) || isEmpty(to))) return [{ path, from, to }]
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()
    return keys.flatMap((key) => differences(left[key] ?? null, right[key] ?? null, [...path, key]))
  }
  return [{ path, from, to }]
}

/** What is secret on one side is so on the other: a value that is no longer marked may still be the old one. */
export const changeDifferences = ({ change }: PlannedChange): readonly Difference[] => {
  const sensitive = joinMarks(change.before_sensitive, change.after_sensitive)
  const before = veil(change.before, { sensitive, unknown: undefined })
  const after = veil(change.after, { sensitive, unknown: change.after_unknown })
  return differences(before, after)
}

const joinMarks = (left: unknown, right: unknown): unknown => {
  if (left === true || right === true) return true
  if (Array.isArray(left) || Array.isArray(right)) {
    const [one, other] = [Array.isArray(left) ? left : [], Array.isArray(right) ? right : []]
    const count = Math.max(one.length, other.length)
    const joined = Array.from({ length: count }, (_, index) => joinMarks(one[index], other[index]))
    // Elements of a set have no lasting place: one that is secret veils that attribute in all of them.
    const all = joined.reduce((sum, each) => (sum === undefined ? each : joinMarks(sum, each)), undefined)
    return joined.map(() => all)
  }
  if (typeof left !== 'object' || left === null) return right
  if (typeof right !== 'object' || right === null) return left
  const [one, other] = [new Map(Object.entries(left)), new Map(Object.entries(right))]
  return Object.fromEntries(
    [...new Set([...one.keys(), ...other.keys()])].map((key) => [key, joinMarks(one.get(key), other.get(key))]),
  )
}

const startsWith = (path: readonly Step[], start: readonly Step[]): boolean =>
  start.every((step, index) => path.length <= index || String(path[index]) === String(step))

const isUnknown = (value: Shown): boolean => value instanceof Veiled && value.words === '(known after apply)'

/** AWS says no or 0 where nothing was set. */
const isDefault = (from: Shown, to: Shown): boolean => (from === false || from === 0) && isEmpty(to)

/** Tags of the provider repeat those of the resource, in which a first one is told as the whole list. */
export const isRepeatedTag = ({ path: [first, ...rest] }: Difference, all: readonly Difference[]): boolean =>
  first === 'tags_all' &&
  all.some(({ path: [other, ...key], from, to }) => {
    if (other !== 'tags') return false
    const isOfTheWhole = [from, to].some((tags) => isShownRecord(tags) && String(rest[0]) in tags)
    return key.join('.') === rest.join('.') || (key.length === 0 && isOfTheWhole)
  })

/** In words. `configured` is what the code sets: that AWS gives another id, address or time of its own is no news. */
export const attributeChanges = (
  resource: PlannedChange,
  configured: Readonly<Record<string, unknown>>,
): readonly AttributeChange[] => {
  const forced = resource.change.replace_paths ?? []
  const all = changeDifferences(resource)
  return all
    .filter((each) => !isRepeatedTag(each, all))
    .filter(
      ({ path: [first = ''], from, to }) => String(first) in configured || !(isUnknown(to) || isDefault(from, to)),
    )
    .map(({ path, from, to }) => ({
      path: pathWords(path),
      from: valueWords(from),
      to: valueWords(to),
      forcesReplacement: forced.some((start) => startsWith(path, start)),
    }))
}
