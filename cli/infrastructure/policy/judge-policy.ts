import { isForStack, isMeantFor, type StackWaiver } from '../../../stacks/waivers.ts'
import { byText } from '../plan/by-text.ts'
import type { PlanVerdict, PolicyFinding } from '../plan-verdict.ts'
import type { PlannedResource, PlannedStack } from './planned-stack.ts'
import type { Rule } from './rule.ts'
import { rules } from './rules.ts'

export type Judging = {
  readonly waivers: readonly StackWaiver[]
  /** ISO date. */
  readonly today: string
  /** Its name, `shop-dev`: left out, no waiver holds that is for some stacks only. */
  readonly stack?: string
}

export type PolicyVerdict = Pick<PlanVerdict, 'findings' | 'brokenWaivers'>

const severities: readonly PolicyFinding['severity'][] = ['critical', 'high', 'medium', 'low']

const covers = (waiver: StackWaiver, { rule, address }: { readonly rule: string; readonly address: string }): boolean =>
  waiver.rule === rule && isMeantFor(waiver, address)

const isFor = ({ types }: Rule, { type }: PlannedResource): boolean => types.includes('*') || types.includes(type)
const isUnknown = ({ reads }: Rule, { unknown }: PlannedResource): boolean => reads.some((name) => unknown.has(name))

const isExpired = ({ until }: StackWaiver, today: string): boolean => until < today

const findingsOf = (rule: Rule, stack: PlannedStack): readonly Omit<PolicyFinding, 'waiver'>[] =>
  stack.resources
    .filter((resource) => isFor(rule, resource) && !isUnknown(rule, resource))
    .flatMap((resource) => {
      const what = rule.breach(resource, stack)
      if (what === null) return []
      return [{ rule: rule.id, severity: rule.severity, address: resource.address, what, remedy: rule.remedy }]
    })

/**
 * Only what can be told from this plan: a waiver of a scanner's rule, or for a resource of another stack, may be needed
 * though nothing here needs it; and where a value is known only after apply, nothing can be said yet.
 */
const isUnused = (
  waiver: StackWaiver,
  { stack, findings }: { stack: PlannedStack; findings: PolicyVerdict['findings'] },
) => {
  const rule = rules.find(({ id }) => id === waiver.rule)
  if (rule === undefined) return false
  const meant = stack.resources.filter((one) => isFor(rule, one) && isMeantFor(waiver, one.address))
  if (meant.length === 0 || meant.some((resource) => isUnknown(rule, resource))) return false
  return !findings.some((finding) => covers(waiver, finding))
}

/** Our own rules over all that would be there after the plan. Worst first. */
export const judgePolicy = (stack: PlannedStack, { waivers: all, today, stack: name }: Judging): PolicyVerdict => {
  const waivers = all.filter((waiver) => isForStack(waiver, name))
  const holding = waivers.filter((waiver) => !isExpired(waiver, today))
  const findings = rules
    .flatMap((rule) => findingsOf(rule, stack))
    .map((finding) => ({ ...finding, waiver: holding.find((waiver) => covers(waiver, finding)) ?? null }))
    .sort(
      (one, other) =>
        severities.indexOf(one.severity) - severities.indexOf(other.severity) ||
        byText(one.rule, other.rule) ||
        byText(one.address, other.address),
    )
  return {
    findings,
    brokenWaivers: [
      ...waivers.filter((waiver) => isExpired(waiver, today)).map((waiver) => ({ waiver, why: 'expired' as const })),
      ...holding
        .filter((waiver) => isUnused(waiver, { stack, findings }))
        .map((waiver) => ({ waiver, why: 'unused' as const })),
    ],
  }
}

/** Of the rules that let somebody in when they are broken. */
export const exposingRules: ReadonlySet<string> = new Set(rules.filter(({ exposes }) => exposes).map(({ id }) => id))
