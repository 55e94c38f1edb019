import type { InstallationFacts } from '../../../stacks/installations.ts'
import type { StackReference } from '../../../stacks/stack-reference.ts'
import type { UnpricedLine } from '../cost-estimate.ts'
import { hoursPerMonth, type PriceList, priceCharges } from './charge.ts'
import { inDollars } from './money.ts'
import { chargesOfNodes, spotShare } from './node-charges.ts'
import type { NodeGroup } from './node-groups.ts'

type Basis = {
  readonly stack: StackReference
  readonly installation: InstallationFacts
  readonly nodeGroups: readonly NodeGroup[]
  /** What the plan found without a price: what is put in its place seems to come on top. */
  readonly earlier: readonly UnpricedLine[]
  readonly list: PriceList
}

/** What was taken for granted, in sentences. */
export const costAssumptions = ({ stack, installation, nodeGroups, earlier, list }: Basis): readonly string[] => [
  `A month has ${hoursPerMonth} hours; prices are those of ${installation.region}, before tax, discounts and free allowances.`,
  ...nodeGroups.map((group) => inWords(group, list)),
  stack.kind === 'shop'
    ? "The keys of the account's own stacks, state and registry, are counted here: no environment is without them."
    : 'What is stored in and read from this stack is counted with the shop that does it.',
  ...earlier.map(
    ({ subject, item }) => `The change is counted without ${item} of ${subject} as it was: it had no price.`,
  ),
]

const inWords = (group: NodeGroup, list: PriceList): string => {
  const { address, capacity, instanceType, otherTypes, min, max } = group
  const others = otherTypes.length === 0 ? '' : `, or ${otherTypes.join(', ')} at the same price`
  const spot = capacity === 'spot' ? `, each at ${spotShare * 100} % of the price on demand` : ''
  return `${address}: ${min} to ${max} × ${instanceType}${others}${spot}: ${monthlyInWords(group, list)}; the fixed part has ${min}.`
}

const monthlyInWords = (group: NodeGroup, list: PriceList): string => {
  const { lines, unpriced } = priceCharges(chargesOfNodes(group, 1), list)
  if (unpriced.length > 0) return 'without a price'
  const node = lines.reduce((sum, { monthly }) => sum + monthly, 0)
  return `${inDollars(group.min * node)} to ${inDollars(group.max * node)} a month with their disks`
}
