export type SubnetTier = 'public' | 'private' | 'database'

const octet = (cidr: string): string => {
  const [, prefix] = /^(\d+\.\d+)\.0\.0\/16$/.exec(cidr) ?? []
  if (prefix === undefined) throw new Error(`${cidr} is no /16 that begins at .0.0`)
  return prefix
}

/**
 * One subnet a tier and zone in the /16: public x.y.0.0/24 to 2.0/24, database 10.0/24 to 12.0/24, and pods, which are
 * many, in private x.y.16.0/20, 32.0/20, 48.0/20. The upper three quarters are left for what comes later.
 */
export const subnetCidr = (vpc: string, tier: SubnetTier, zone: number): string => {
  if (tier === 'private') return `${octet(vpc)}.${16 * (zone + 1)}.0/20`
  return `${octet(vpc)}.${tier === 'public' ? zone : 10 + zone}.0/24`
}
