/** What the slow types usually take on AWS, in minutes; from AWS's own words and the provider's time limits. */
const minutesByType: Readonly<Record<string, number>> = {
  aws_eks_cluster: 10,
  aws_eks_node_group: 3,
  aws_eks_addon: 2,
  aws_db_instance: 12,
  aws_elasticache_replication_group: 10,
  aws_nat_gateway: 2,
}

/** `module.a.aws_eks_cluster.shop["x"]`: the type is the last part but one. */
const typeOf = (address: string): string => address.replace(/\[.*$/, '').split('.').at(-2) ?? ''

export const expectedMinutes = (address: string): number | null => minutesByType[typeOf(address)] ?? null
