import type { InstallationFacts } from '../../../stacks/installations.ts'
import type { StackReference } from '../../../stacks/stack-reference.ts'
import type { UsageFacts } from '../../../stacks/usage.ts'
import type { CostEstimate, CostLine, Range } from '../cost-estimate.ts'
import { accountCharges } from './account-charges.ts'
import { joinCharges, nothing, priceCharges } from './charge.ts'
import { costAssumptions } from './cost-assumptions.ts'
import { costSavings } from './cost-savings.ts'
import { costSheet } from './cost-sheet.ts'
import { readNodeGroup } from './node-groups.ts'
import { type PlannedResource, readPlanResources } from './plan-resources.ts'
import { isStale, type Price } from './price.ts'
import { fixedCharges } from './resource-charges.ts'
import { type Level, outsideCharges, usageCharges } from './usage-charges.ts'

export type CostQuestion = {
  readonly stack: StackReference
  readonly installation: InstallationFacts
  readonly usage: UsageFacts
  readonly prices: readonly Price[]
  readonly today: Date
  /** USD a month. */
  readonly budget: number
}

const sumOf = (lines: readonly CostLine[]): number => lines.reduce((sum, { monthly }) => sum + monthly, 0)

/**
 * What a month costs after a plan, from its JSON alone: no account and no network. Money is in USD. What has no price is
 * named and never counted as nothing. Throws PLAN_UNREADABLE (refused).
 */
export const costEstimate = (plan: unknown, question: CostQuestion): CostEstimate => {
  const { stack, installation, usage, prices, today, budget } = question
  const list = { prices, today, region: installation.region }
  const { before, after } = readPlanResources(plan)
  const isShop = stack.kind === 'shop'

  const account = isShop ? accountCharges : nothing
  const fixedOf = (resources: readonly PlannedResource[]) =>
    priceCharges(
      joinCharges([
        ...resources.map((resource) =>
          fixedCharges({ resource, resources, kubernetes: installation.kubernetes, today }),
        ),
        account,
      ]),
      list,
    )
  const nodeGroups = after
    .filter(({ type }) => type === 'aws_eks_node_group')
    .map((group) => readNodeGroup(group, after))
    .filter((group) => 'capacity' in group)
  const used = { types: new Set(after.map(({ type }) => type)), nodeGroups }
  // The images and objects of the account's own stacks are counted with the shop that uses them.
  const usageOf = (level: Level) => priceCharges(isShop ? usageCharges(usage, level, used) : nothing, list)

  const fixed = fixedOf(after)
  const earlier = fixedOf(before)
  const expected = usageOf('expected')
  const outside = priceCharges(isShop ? outsideCharges(usage, used) : nothing, list)
  const sums = { fixed: sumOf(fixed.lines), low: sumOf(usageOf('low').lines), high: sumOf(usageOf('high').lines) }
  const monthly = {
    fixed: sums.fixed,
    usage: { low: sums.low, expected: sumOf(expected.lines), high: sums.high },
  }
  const total: Range = {
    low: monthly.fixed + monthly.usage.low,
    expected: monthly.fixed + monthly.usage.expected,
    high: monthly.fixed + monthly.usage.high,
  }
  const parts = { fixed: fixed.lines, usage: expected.lines, outside: outside.lines }
  const hasSheet = isShop && stack.installation === 'prod'
  return {
    ...parts,
    unpriced: withoutRepeats([...fixed.unpriced, ...expected.unpriced, ...outside.unpriced]),
    monthly: { ...monthly, total },
    delta: sums.fixed - sumOf(earlier.lines),
    sheet: hasSheet ? costSheet(parts) : [],
    savings: costSavings({ ...parts, sheet: hasSheet ? 'applies' : 'does not' }),
    assumptions: costAssumptions({ stack, installation, nodeGroups, earlier: earlier.unpriced, list }),
    budget,
    verdict: total.expected > budget ? 'above' : 'within',
    oldestPrice: oldestOf([...parts.fixed, ...parts.usage, ...parts.outside], today),
  }
}

/** The price of a node is looked for at its minimum and again for those above it. */
const withoutRepeats = (unpriced: CostEstimate['unpriced']): CostEstimate['unpriced'] => [
  ...new Map(unpriced.map((line) => [`${line.subject} ${line.item} ${line.why}`, line])).values(),
]

const oldestOf = (lines: readonly CostLine[], today: Date): CostEstimate['oldestPrice'] => {
  const [recorded] = lines.map((line) => line.recorded).toSorted()
  return recorded === undefined ? null : { recorded, stale: isStale(recorded, today) }
}
