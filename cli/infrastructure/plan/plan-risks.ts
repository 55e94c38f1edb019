import type { ChangeKind, Risk } from '../plan-verdict.ts'
import { changeDifferences, type Difference, pathWords } from './attribute-changes.ts'
import { risksOfAttribute } from './attribute-risks.ts'
import { changeKind } from './change-kind.ts'
import { changeReason } from './change-reason.ts'
import type { PlannedChange } from './parse-plan.ts'
import { resourceTypes, typeWords } from './resource-types.ts'
import { isRecord, isShownList, isShownRecord, type Shown, Veiled, valueWords, veil } from './veil.ts'

export type RiskRequest = {
  readonly kind: ChangeKind
  /** Of a resource that is deleted: the address that it would have after a rename in the code; null: it is none. */
  readonly renamedTo: string | null
}

const verbs: Readonly<Record<ChangeKind, string>> = {
  create: 'be made',
  update: 'be changed',
  replace: 'be replaced',
  delete: 'be deleted',
  forget: 'leave the state',
}

/** Lists and blocks that come or go as a whole, field by field. */
const leaves = ({ path, from, to }: Difference): readonly Difference[] => {
  if (isShownRecord(from) || isShownRecord(to)) {
    const [left, right] = [isShownRecord(from) ? from : {}, isShownRecord(to) ? to : {}]
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      leaves({ path: [...path, key], from: left[key] ?? null, to: right[key] ?? null }),
    )
  }
  if ((isShownList(from) && from.some(isRecord)) || (isShownList(to) && to.some(isRecord))) {
    const [left, right] = [isShownList(from) ? from : [], isShownList(to) ? to : []]
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
      leaves({ path: [...path, index], from: left[index] ?? null, to: right[index] ?? null }),
    ).flat()
  }
  return [{ path, from, to }]
}

const difference = ({ path, from, to }: Difference): string =>
  `${pathWords(path)}: ${valueWords(from) ?? 'none'} → ${valueWords(to) ?? 'none'}`

const ofAttributes = (resource: PlannedChange): readonly Risk[] => {
  const { change, type, address } = resource
  const after = veil(change.after, { sensitive: change.after_sensitive, unknown: change.after_unknown })
  const attribute = (name: string): Shown => (isShownRecord(after) ? (after[name] ?? null) : null)
  return changeDifferences(resource)
    .flatMap(leaves)
    .flatMap((one) =>
      risksOfAttribute(type, one.path)
        // What cannot be known cannot be called safe.
        .filter(({ when }) => one.to instanceof Veiled || when(one.from, one.to))
        .map(({ kind, what }) => ({ kind, address, what: what(attribute), why: difference(one) })),
    )
}

const parametersOf = (values: unknown): readonly Readonly<Record<string, unknown>>[] =>
  isRecord(values) && Array.isArray(values.parameter) ? values.parameter.filter(isRecord) : []

/** The words of the method stand in the element, beside what changes. */
const restartingParameters = ({ type, address, change }: PlannedChange): readonly Risk[] => {
  if (!/^aws_(db|elasticache|rds_cluster)_parameter_group$/.test(type)) return []
  const [before, after] = [parametersOf(change.before), parametersOf(change.after)]
  const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right)
  const changed = [
    ...after.filter((one) => !before.some((other) => same(one, other))),
    ...before.filter((one) => !after.some((other) => other.name === one.name)),
  ]
  return changed
    .filter(({ apply_method: method }) => method === 'pending-reboot')
    .map(({ name }) => ({
      kind: 'outage',
      address,
      what: 'A setting of the database would change with its next restart, which somebody has to do.',
      why: `parameter ${String(name)} has apply_method pending-reboot`,
    }))
}

const ofTheWhole = (resource: PlannedChange, { kind, renamedTo }: RiskRequest): readonly Risk[] => {
  const { type, address } = resource
  const known = resourceTypes[type]
  if (known === undefined) {
    const what = `What it means that ${address} would ${verbs[kind]} is not known here.`
    return [{ kind: 'unknown', address, what, why: `${type} is not in the table of known types` }]
  }
  const effect = known.loses ?? known.interrupts
  if (effect === null || (kind !== 'delete' && kind !== 'replace')) return []
  const reason = changeReason(resource) ?? 'Terraform gives no reason'
  const why =
    renamedTo === null
      ? reason
      : `${reason}; it looks like a rename in the code: a moved block from ${address} to ${renamedTo} keeps it`
  const what = `The ${typeWords(type)} would ${verbs[kind]}: ${effect}.`
  return [{ kind: known.loses === null ? 'outage' : 'data-loss', address, what, why }]
}

/** Versioning that goes together with its bucket loses nothing more. */
const goesWithItsBucket = ({ type, change }: PlannedChange, changes: readonly PlannedChange[]): boolean =>
  type === 'aws_s3_bucket_versioning' &&
  changes.some(
    (one) =>
      one.type === 'aws_s3_bucket' &&
      changeKind(one) === 'delete' &&
      isRecord(one.change.before) &&
      isRecord(change.before) &&
      one.change.before.bucket === change.before.bucket,
  )

/** All that one change may do, but for what it exposes: that is told by the rules of policy/. */
export const changeRisks = (
  resource: PlannedChange,
  request: RiskRequest & { readonly changes: readonly PlannedChange[] },
): readonly Risk[] => {
  const { kind, changes } = request
  const whole = ofTheWhole(resource, request)
  const ofVersioning = resource.type === 'aws_s3_bucket_versioning' && !goesWithItsBucket(resource, changes)
  if (kind === 'update' || (kind === 'delete' && ofVersioning)) {
    return [...whole, ...ofAttributes(resource), ...restartingParameters(resource)]
  }
  // A new one in its place may also be weaker than what it replaces.
  if (kind === 'replace') return [...whole, ...ofAttributes(resource).filter((risk) => risk.kind === 'data-loss')]
  return whole
}
