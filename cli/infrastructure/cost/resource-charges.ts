import { z } from 'zod'
import { type Charge, type Charges, hoursPerMonth, nothing } from './charge.ts'
import { freeTypes, meteredTypes } from './free-types.ts'
import { chargesOfNodes } from './node-charges.ts'
import { readNodeGroup, unread } from './node-groups.ts'
import type { PlannedResource } from './plan-resources.ts'

type Work = {
  readonly resource: PlannedResource
  /** All on the same side of the plan. */
  readonly resources: readonly PlannedResource[]
  /** The version whose end of support is known. */
  readonly kubernetes: { readonly version: string; readonly supportedUntil: string }
  readonly today: Date
}

const one = (charges: Omit<Charge, 'subject'>, { resource }: Work): Charges => ({
  charges: [{ subject: resource.address, ...charges }],
  unpriced: [],
})

const unpriced = ({ resource }: Work, item: string, why: string): Charges => ({
  charges: [],
  unpriced: [{ subject: resource.address, item, why }],
})

const hourly = (group: Charge['group'], item: string, sku: string) => (work: Work) =>
  one({ group, item, sku, quantity: hoursPerMonth }, work)

const monthly = (group: Charge['group'], item: string, sku: string) => (work: Work) =>
  one({ group, item, sku, quantity: 1 }, work)

const databaseSchema = z.object({
  engine: z.literal('postgres'),
  instance_class: z.string(),
  allocated_storage: z.number(),
  storage_type: z.string(),
  multi_az: z.boolean().nullish(),
  manage_master_user_password: z.boolean().nullish(),
})

const database = (work: Work): Charges => {
  const parsed = databaseSchema.safeParse(work.resource.values)
  if (!parsed.success) return unpriced(work, 'database', unread(parsed.error))
  const { instance_class, allocated_storage, storage_type, multi_az, manage_master_user_password } = parsed.data
  const zones = multi_az ? 'Multi-AZ' : 'single-AZ'
  const line = { subject: work.resource.address, group: 'database' } as const
  return {
    charges: [
      { ...line, item: 'database', sku: `rds/${instance_class} ${zones}`, quantity: hoursPerMonth },
      {
        ...line,
        item: 'storage of the database',
        sku: `rds-storage/${storage_type} ${zones}`,
        quantity: allocated_storage,
      },
      // RDS makes this secret by itself: it is in no resource of its own.
      ...(manage_master_user_password
        ? [{ ...line, group: 'other', item: "master's secret", sku: 'secrets/secret', quantity: 1 } as const]
        : []),
    ],
    unpriced: [],
  }
}

const cacheSchema = z
  .object({
    engine: z.literal('redis').nullish(),
    node_type: z.string(),
    num_cache_clusters: z.number().nullish(),
    num_node_groups: z.number().nullish(),
    replicas_per_node_group: z.number().nullish(),
  })
  .transform(({ node_type, num_cache_clusters, num_node_groups, replicas_per_node_group }) => ({
    nodeType: node_type,
    nodes: num_cache_clusters ?? (num_node_groups ?? 1) * (1 + (replicas_per_node_group ?? 0)),
  }))

const cache = (work: Work): Charges => {
  const parsed = cacheSchema.safeParse(work.resource.values)
  if (!parsed.success) return unpriced(work, 'cache', unread(parsed.error))
  const { nodeType, nodes } = parsed.data
  return one({ group: 'cache', item: 'cache', sku: `cache/${nodeType}`, quantity: nodes * hoursPerMonth }, work)
}

const endpointSchema = z.object({
  vpc_endpoint_type: z.enum(['Gateway', 'Interface']).nullish(),
  subnet_ids: z.array(z.unknown()).nullish(),
})

const endpoint = (work: Work): Charges => {
  const parsed = endpointSchema.safeParse(work.resource.values)
  if (!parsed.success) return unpriced(work, 'VPC endpoint', unread(parsed.error))
  if (parsed.data.vpc_endpoint_type !== 'Interface') return nothing
  const zones = parsed.data.subnet_ids?.length ?? 0
  if (zones === 0) return unpriced(work, 'VPC endpoint', 'how many zones it is in is known only after apply')
  return one(
    { group: 'network', item: 'VPC endpoint', sku: 'endpoint/interface', quantity: zones * hoursPerMonth },
    work,
  )
}

const nodes = (work: Work): Charges => {
  const group = readNodeGroup(work.resource, work.resources)
  return 'why' in group ? { charges: [], unpriced: [group] } : chargesOfNodes(group, group.min)
}

const clusterSchema = z.object({
  version: z.string().nullish(),
  upgrade_policy: z.array(z.object({ support_type: z.string().nullish() })).nullish(),
})

/** Past its support a version costs six times as much, unless the policy is that AWS upgrades it instead. */
const cluster = (work: Work): Charges => {
  const parsed = clusterSchema.safeParse(work.resource.values)
  if (!parsed.success) return unpriced(work, 'EKS control plane', unread(parsed.error))
  const { version, upgrade_policy } = parsed.data
  const { kubernetes, today } = work
  const isPastSupport = version === kubernetes.version && today > new Date(`${kubernetes.supportedUntil}T23:59:59Z`)
  const isExtended = isPastSupport && upgrade_policy?.[0]?.support_type !== 'STANDARD'
  return hourly('compute', 'EKS control plane', isExtended ? 'eks/cluster in extended support' : 'eks/cluster')(work)
}

const charged: Readonly<Record<string, (work: Work) => Charges>> = {
  aws_db_instance: database,
  aws_eip: hourly('network', 'public IPv4 address', 'ipv4/address'),
  aws_eks_cluster: cluster,
  aws_eks_node_group: nodes,
  aws_elasticache_replication_group: cache,
  aws_kms_key: monthly('other', 'key', 'kms/key'),
  aws_nat_gateway: hourly('network', 'NAT gateway', 'nat/gateway'),
  aws_secretsmanager_secret: monthly('other', 'secret', 'secrets/secret'),
  aws_vpc_endpoint: endpoint,
}

/** What a resource costs each month, whatever users do. A type that is not known is a line without a price. */
export const fixedCharges = (work: Work): Charges => {
  const { type } = work.resource
  if (freeTypes.has(type) || type in meteredTypes) return nothing
  return charged[type]?.(work) ?? unpriced(work, type, 'neither its price nor that it is free is known')
}
