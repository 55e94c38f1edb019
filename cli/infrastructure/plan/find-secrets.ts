import type { TerraformPlan } from './parse-plan.ts'
import { isRecord } from './veil.ts'

/** Shorter ones would blacken harmless words, and are veiled where Terraform marks them. */
const shortest = 6

const textsWithin = (value: unknown): readonly string[] => {
  if (typeof value === 'number') return [String(value)]
  if (typeof value === 'string') return [value, ...textsWithin(jsonOrNull(value))]
  if (Array.isArray(value)) return value.flatMap(textsWithin)
  return isRecord(value) ? Object.values(value).flatMap(textsWithin) : []
}

const jsonOrNull = (text: string): unknown => {
  if (!/^\s*[[{]/.test(text)) return null
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return null
  }
}

const marked = (value: unknown, marks: unknown): readonly string[] => {
  if (marks === true) return textsWithin(value)
  if (Array.isArray(marks) && Array.isArray(value)) return value.flatMap((each, index) => marked(each, marks[index]))
  if (isRecord(marks) && isRecord(value)) {
    return Object.entries(marks).flatMap(([key, mark]) => marked(value[key], mark))
  }
  return []
}

/** Every value that Terraform marks as sensitive, wherever in the plan; the same value may stand elsewhere unmarked. */
export const findSecrets = (plan: TerraformPlan): readonly string[] => {
  const changes = [
    ...[...plan.resource_changes, ...plan.resource_drift].map(({ change }) => change),
    ...Object.values(plan.output_changes),
  ]
  const variables = plan.configuration.root_module.variables
  const found = [
    ...changes.flatMap((change) => [
      ...marked(change.before, change.before_sensitive),
      ...marked(change.after, change.after_sensitive),
    ]),
    ...Object.entries(plan.variables).flatMap(([name, { value }]) =>
      variables[name]?.sensitive === true ? textsWithin(value) : [],
    ),
  ]
  // Longest first: one may be part of another.
  return [...new Set(found)].filter((text) => text.length >= shortest).sort((one, other) => other.length - one.length)
}

const longest = 160

/** What may be shown of a text: masked first and then cut, because half a secret is one too. */
export const showable =
  (secrets: readonly string[]) =>
  (text: string): string => {
    const masked = secrets.reduce((sum, secret) => sum.replaceAll(secret, '(sensitive)'), text)
    return masked.length <= longest ? masked : `${masked.slice(0, longest - 1)}…`
  }
