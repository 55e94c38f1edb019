import { compareObjects, type FieldDifference } from './compare-objects.ts'
import { renderPath } from './field-path.ts'
import type { KubeObject, ObjectReference } from './kube-client.ts'
import { describeObject, referenceOf } from './object-reference.ts'
import { type ApplyContext, type PlannedObject, planApply } from './plan-apply.ts'

/** One field that would change, in words. The values of a Secret are never among them. */
export type ObjectDifference = {
  readonly object: ObjectReference
  /** `.spec.template.spec.containers[server].image`; empty where the whole object comes or goes. */
  readonly path: string
  /** Null where it is absent. */
  readonly from: string | null
  readonly to: string | null
}

const longest = 200

const renderValue = (value: unknown): string | null => {
  if (value === undefined) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}

const isSecretValue = ({ kind }: KubeObject, { path }: FieldDifference): boolean =>
  kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')

const masked = (value: unknown): string | null => (value === undefined ? null : '(secret)')

const inWords = (object: KubeObject, difference: FieldDifference): ObjectDifference => {
  const render = isSecretValue(object, difference) ? masked : renderValue
  return {
    object: referenceOf(object),
    path: renderPath(difference.path),
    from: render(difference.from),
    to: render(difference.to),
  }
}

/** What would change of one object; null stands for one that is not there. */
export const differencesOf = (live: KubeObject | null, after: KubeObject | null): readonly ObjectDifference[] => {
  if (live === null && after === null) return []
  if (live === null) return after === null ? [] : [{ object: referenceOf(after), path: '', from: null, to: 'new' }]
  if (after === null) return [{ object: referenceOf(live), path: '', from: 'there', to: null }]
  return compareObjects(live, after).map((difference) => inWords(after, difference))
}

const sortKey = ({ object, path }: ObjectDifference): string => `${object.kind} ${object.name} ${path}`

export const sorted = (differences: readonly ObjectDifference[]): readonly ObjectDifference[] =>
  differences.toSorted((left, right) => sortKey(left).localeCompare(sortKey(right), 'en'))

/** `Deployment orders  .spec.template.spec.containers[server].image  a → b` */
export const renderDifference = ({ object, path, from, to }: ObjectDifference): string => {
  const name = describeObject(object)
  if (path === '') return `${name}  ${to === null ? 'goes' : 'is new'}`
  if (from !== null && from === to) return `${name}  ${path}  changes, not shown`
  return `${name}  ${path}  ${from ?? '(absent)'} → ${to ?? '(absent)'}`
}

export const differencesOfPlan = (
  planned: readonly PlannedObject[],
  goes: readonly KubeObject[],
): readonly ObjectDifference[] =>
  sorted([
    ...planned.flatMap(({ live, after, sent }) => differencesOf(live, after ?? sent)),
    ...goes.flatMap((object) => differencesOf(object, null)),
  ])

/** Live against wanted, as the server itself would change it; also where somebody else owns a field. Changes nothing. */
export const diffObjects = async (
  objects: readonly KubeObject[],
  { goes = [], ...context }: Omit<ApplyContext, 'conflicts'> & { readonly goes?: readonly KubeObject[] },
): Promise<readonly ObjectDifference[]> =>
  differencesOfPlan(await planApply(objects, { ...context, conflicts: 'take' }), goes)
