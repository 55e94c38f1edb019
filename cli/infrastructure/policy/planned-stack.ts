import { changeKind } from '../plan/change-kind.ts'
import { configuredAttributes, type PlannedChange, type TerraformPlan } from '../plan/parse-plan.ts'
import type { StackCode } from '../plan/stack-code.ts'
import { isRecord } from '../plan/veil.ts'

/** A resource as it would be after the plan. */
export type PlannedResource = {
  readonly address: string
  readonly type: string
  readonly before: Readonly<Record<string, unknown>> | null
  /** Where a value is known only after apply, its text in the code, if there is one. */
  readonly values: Readonly<Record<string, unknown>>
  /** Attributes that the code sets to what is known only after apply: nobody can judge them yet. */
  readonly unknown: ReadonlySet<string>
  /** What the code sets. */
  readonly configured: Readonly<Record<string, unknown>>
  /** Marks of what Terraform itself calls secret. */
  readonly sensitive: unknown
}

export type PlannedStack = {
  readonly resources: readonly PlannedResource[]
  /** The resources of this type whose attribute means that one: by reference in the code, or by its value. */
  readonly partsOf: (
    whole: PlannedResource,
    part: { readonly type: string; readonly attribute: string },
  ) => readonly PlannedResource[]
}

const recordOrEmpty = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})

const plannedResource = (
  { address, type, change }: PlannedChange,
  { code, configured }: { code: StackCode; configured: Readonly<Record<string, unknown>> },
): PlannedResource => {
  const coded = code.get(address)?.attributes ?? {}
  const unknown = Object.entries(recordOrEmpty(change.after_unknown)).flatMap(([name, mark]) =>
    mark === true ? [name] : [],
  )
  const fromCode = unknown.filter((name) => typeof coded[name] === 'string')
  return {
    address,
    type,
    before: isRecord(change.before) ? change.before : null,
    values: { ...recordOrEmpty(change.after), ...Object.fromEntries(fromCode.map((name) => [name, coded[name]])) },
    unknown: new Set(unknown.filter((name) => name in configured && !fromCode.includes(name))),
    configured,
    sensitive: change.after_sensitive,
  }
}

const refersTo = (expression: unknown, address: string): boolean =>
  isRecord(expression) && Array.isArray(expression.references) && expression.references.includes(address)

const ids = ['id', 'bucket', 'name', 'arn'] as const

/** Everything that would be there after the plan, what it leaves alone as well. */
export const plannedStack = (plan: TerraformPlan, code: StackCode): PlannedStack => {
  const configured = configuredAttributes(plan)
  const resources = plan.resource_changes
    .filter((change) => change.mode === 'managed' && isRecord(change.change.after) && changeKind(change) !== 'forget')
    .map((change) => plannedResource(change, { code, configured: configured.get(change.address) ?? {} }))
  return {
    resources,
    partsOf: (whole, { type, attribute }) => {
      const names = ids.map((id) => whole.values[id]).filter((id) => typeof id === 'string' && id !== '')
      return resources.filter(
        (one) =>
          one.type === type &&
          (refersTo(one.configured[attribute], whole.address) || names.includes(one.values[attribute])),
      )
    },
  }
}

/** `vpc_config.0.endpoint_public_access`; undefined where something on the way is missing. */
export const valueAt = (values: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)]
    return isRecord(value) ? value[step] : undefined
  }, values)

/** Some attributes of the provider are booleans in a string. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true'

export const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string')

export const recordsOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  (Array.isArray(value) ? value : [value]).filter(isRecord)
