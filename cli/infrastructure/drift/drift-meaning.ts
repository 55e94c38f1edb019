import type { Difference } from '../drift-report.ts'
import type { Difference as Changed } from '../plan/attribute-changes.ts'
import { risksOfAttribute } from '../plan/attribute-risks.ts'
import type { PlannedChange } from '../plan/parse-plan.ts'
import { resourceTypes } from '../plan/resource-types.ts'
import { isRecord, Veiled } from '../plan/veil.ts'
import type { PlannedStack } from '../policy/planned-stack.ts'
import type { Rule } from '../policy/rule.ts'
import { rules } from '../policy/rules.ts'

const blocksPublicAccess = 'aws_s3_bucket_public_access_block'

const alone: PlannedStack = { resources: [], partsOf: () => [] }

type Question = { readonly change: Changed; readonly configured: Readonly<Record<string, unknown>> }

/** Type in the place of which a bucket's own policy is judged. */
const judgedAs = ({ type }: PlannedChange, first: string): string =>
  type === 'aws_s3_bucket' && first === 'policy' ? 'aws_s3_bucket_policy' : type

const breaks = (
  rule: Rule,
  resource: PlannedChange,
  { type, side }: { type: string; side: 'before' | 'after' },
): boolean => {
  const { address, change } = resource
  const values = change[side]
  if (!isRecord(values)) return false
  const before = side === 'after' && isRecord(change.before) ? change.before : null
  // Whatever stands there now is judged, set by the code or not.
  const judged = { address, type, before, values, unknown: new Set<string>(), configured: values, sensitive: true }
  return rule.breach(judged, alone) !== null
}

const exposes = (resource: PlannedChange, { change }: Question): boolean => {
  const first = String(change.path[0] ?? '')
  if (resource.type === blocksPublicAccess) return change.from === true && change.to !== true
  const type = judgedAs(resource, first)
  return rules.some(
    (rule) =>
      rule.exposes &&
      rule.types.includes(type) &&
      rule.reads.includes(first) &&
      breaks(rule, resource, { type, side: 'after' }) &&
      !breaks(rule, resource, { type, side: 'before' }),
  )
}

export const differenceMeaning = (resource: PlannedChange, question: Question): Difference['meaning'] => {
  if (exposes(resource, question)) return 'exposure'
  const { path, from, to } = question.change
  const risks = risksOfAttribute(resource.type, path).filter(({ when }) => to instanceof Veiled || when(from, to))
  return risks.find(({ kind }) => kind === 'data-loss')?.kind ?? risks[0]?.kind ?? 'other'
}

export const deletedMeaning = (type: string): Difference['meaning'] => {
  if (type === blocksPublicAccess) return 'exposure'
  if (type === 'aws_s3_bucket_versioning') return 'data-loss'
  const known = resourceTypes[type]
  if (known === undefined) return 'outage'
  if (known.loses !== null) return 'data-loss'
  return known.interrupts === null ? 'other' : 'outage'
}
