import type { FieldDifference } from '../platform.ts'
import { compareObjects, type ObjectChange } from './compare-objects.ts'
import { renderPath } from './field-path.ts'
import type { KubeObject } from './kube-client.ts'
import { describeObject, referenceOf } from './object-reference.ts'
import { type ApplyContext, type PlannedObject, planApply } from './plan-apply.ts'

const longest = 200

const renderValue = (value: unknown): string | null => {
  if (value === undefined) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}

const isSecretValue = ({ kind }: KubeObject, { path }: ObjectChange): boolean =>
  kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')

const nameOf = (object: KubeObject): string => describeObject(referenceOf(object))

/** That a value changes is told, and never what it is. */
const masked = ({ from, to }: ObjectChange) => ({
  from: from === undefined ? null : '(secret)',
  to: to === undefined ? null : from === undefined ? '(secret)' : '(another secret)',
})

const inWords = (object: KubeObject, change: ObjectChange): FieldDifference => {
  const values = isSecretValue(object, change)
    ? masked(change)
    : { from: renderValue(change.from), to: renderValue(change.to) }
  return { object: nameOf(object), path: renderPath(change.path), ...values, by: null }
}

/** What would change of one object; null stands for one that is not there. */
export const differencesOf = (live: KubeObject | null, after: KubeObject): readonly FieldDifference[] => {
  if (live === null) return [{ object: nameOf(after), path: '', from: null, to: 'new', by: null }]
  return compareObjects(live, after).map((change) => inWords(after, change))
}

const sortKey = ({ object, path }: FieldDifference): string => `${object} ${path}`

const sorted = (differences: readonly FieldDifference[]): readonly FieldDifference[] =>
  differences.toSorted((left, right) => sortKey(left).localeCompare(sortKey(right), 'en'))

export const differencesOfPlan = (
  planned: readonly PlannedObject[],
  goes: readonly KubeObject[],
): readonly FieldDifference[] =>
  sorted([
    ...planned.flatMap(({ live, after, sent }) => differencesOf(live, after ?? sent)),
    ...goes.map((object) => ({ object: nameOf(object), path: '', from: 'there', to: null, by: null })),
  ])

/** Live against wanted, as the server itself would change it; also where somebody else owns a field. Changes nothing. */
export const diffObjects = async (
  objects: readonly KubeObject[],
  { goes = [], ...context }: Omit<ApplyContext, 'conflicts'> & { readonly goes?: readonly KubeObject[] },
): Promise<readonly FieldDifference[]> =>
  differencesOfPlan(await planApply(objects, { ...context, conflicts: 'take' }), goes)
