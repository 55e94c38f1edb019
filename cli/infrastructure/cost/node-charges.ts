import { type Charges, hoursPerMonth } from './charge.ts'
import type { NodeGroup } from './node-groups.ts'

/** What spot nodes cost of the price on demand. An assumption: the market decides, by the hour. */
export const spotShare = 0.35

/** So many nodes of a group for a month, each with its disk. */
export const chargesOfNodes = (group: NodeGroup, nodes: number): Charges => {
  const line = { subject: group.address, group: 'compute' } as const
  const spot = group.capacity === 'spot'
  return {
    charges: [
      {
        ...line,
        item: spot ? 'spot nodes' : 'nodes',
        sku: `ec2/${group.instanceType}`,
        quantity: nodes * hoursPerMonth,
        share: spot ? spotShare : 1,
      },
      {
        ...line,
        item: spot ? 'disks of spot nodes' : 'disks of nodes',
        sku: `ebs/${group.disk.kind}`,
        quantity: nodes * group.disk.gigabytes,
      },
    ],
    unpriced: [],
  }
}

/** Nodes above the minimum, given to the groups in their order as far as each may grow. */
export const spreadOver = (groups: readonly NodeGroup[], nodes: number): readonly (readonly [NodeGroup, number])[] => {
  let left = nodes
  return groups.map((group) => {
    const taken = Math.min(left, Math.max(0, group.max - group.min))
    left -= taken
    return [group, taken]
  })
}
