import type { Usage, UsageFacts } from '../../../stacks/usage.ts'
import { type Charge, type Charges, hoursPerMonth, joinCharges } from './charge.ts'
import { chargesOfNodes, spreadOver } from './node-charges.ts'
import type { NodeGroup } from './node-groups.ts'

export type Level = keyof Usage

type Metered = {
  readonly measure: Exclude<keyof UsageFacts, 'outside' | 'nodesAboveMinimum' | 'spotNodes'>
  /** Only what has one of these can be used. */
  readonly type: string
  readonly group: Charge['group']
  readonly item: string
  readonly sku: string
  /** How often AWS counts it; 1 where it is left out. */
  readonly times?: number
}

const metered: readonly Metered[] = [
  { measure: 's3Gigabytes', type: 'aws_s3_bucket', group: 'storage', item: 'objects', sku: 's3/standard' },
  { measure: 's3ThousandWrites', type: 'aws_s3_bucket', group: 'storage', item: 'writes of objects', sku: 's3/writes' },
  { measure: 's3ThousandReads', type: 'aws_s3_bucket', group: 'storage', item: 'reads of objects', sku: 's3/reads' },
  {
    measure: 'egressGigabytes',
    type: 'aws_eks_cluster',
    group: 'network',
    item: 'to users',
    sku: 'transfer/out of AWS',
  },
  {
    measure: 'betweenZonesGigabytes',
    type: 'aws_eks_cluster',
    group: 'network',
    item: 'between zones',
    sku: 'transfer/between zones, each way',
    times: 2,
  },
  { measure: 'natGigabytes', type: 'aws_nat_gateway', group: 'network', item: 'through NAT', sku: 'nat/traffic' },
  {
    measure: 'logGigabytesWritten',
    type: 'aws_cloudwatch_log_group',
    group: 'other',
    item: 'logs written',
    sku: 'logs/written',
  },
  {
    measure: 'logGigabytesKept',
    type: 'aws_cloudwatch_log_group',
    group: 'other',
    item: 'logs kept',
    sku: 'logs/kept',
  },
  { measure: 'registryGigabytes', type: 'aws_eks_cluster', group: 'other', item: 'images', sku: 'ecr/storage' },
  {
    measure: 'databaseBackupGigabytes',
    type: 'aws_db_instance',
    group: 'database',
    item: 'backups of the database',
    sku: 'rds-backup/storage',
  },
  {
    measure: 'cacheBackupGigabytes',
    type: 'aws_elasticache_replication_group',
    group: 'cache',
    item: 'backups of the cache',
    sku: 'cache-backup/storage',
  },
  { measure: 'keyTenThousandCalls', type: 'aws_kms_key', group: 'other', item: 'calls of keys', sku: 'kms/calls' },
  {
    measure: 'secretTenThousandCalls',
    type: 'aws_secretsmanager_secret',
    group: 'other',
    item: 'calls of secrets',
    sku: 'secrets/calls',
  },
]

export type UsedParts = { readonly types: ReadonlySet<string>; readonly nodeGroups: readonly NodeGroup[] }

/** What AWS meters, at one level of use. */
export const usageCharges = (usage: UsageFacts, level: Level, { types, nodeGroups }: UsedParts): Charges => {
  const charges = metered
    .filter(({ type }) => types.has(type))
    .map(({ measure, type: _type, times = 1, ...charge }) => ({
      ...charge,
      subject: measure,
      quantity: usage[measure][level] * times,
    }))
  const extra = (capacity: NodeGroup['capacity'], nodes: Usage) =>
    spreadOver(
      nodeGroups.filter((group) => group.capacity === capacity),
      nodes[level],
    ).map(([group, count]) => chargesOfNodes(group, count))
  return joinCharges([
    { charges, unpriced: [] },
    ...extra('on-demand', usage.nodesAboveMinimum),
    ...extra('spot', usage.spotNodes),
  ])
}

/** What Kubernetes makes by itself where there is a cluster; a load balancer has an address in each of three zones. */
export const outsideCharges = ({ outside }: UsageFacts, { types }: Pick<UsedParts, 'types'>): Charges => {
  if (!types.has('aws_eks_cluster')) return { charges: [], unpriced: [] }
  const hours = outside.loadBalancers * hoursPerMonth
  const balancer = { subject: 'the load balancer of the Ingress', group: 'network' } as const
  return {
    charges: [
      { ...balancer, item: 'load balancer', sku: 'alb/load balancer', quantity: hours },
      { ...balancer, item: 'its capacity', sku: 'alb/capacity unit', quantity: hours * outside.capacityUnits },
      { ...balancer, item: 'its addresses', sku: 'ipv4/address', quantity: hours * 3 },
      {
        subject: 'the volumes of monitoring and logging',
        group: 'storage',
        item: 'volumes',
        sku: 'ebs/gp3',
        quantity: outside.volumeGigabytes,
      },
    ],
    unpriced: [],
  }
}
