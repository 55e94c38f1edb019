import { isOpenToAll } from '../is-open-to-all.ts'
import { type PlannedResource, recordsOf, textsOf } from '../planned-stack.ts'
import type { Rule } from '../rule.ts'

type Opening = { readonly cidrs: readonly string[]; readonly protocol: string; readonly ports: string }

const portsOf = (from: unknown, to: unknown): string => {
  if (from === to) return `port ${String(from ?? 'any')}`
  return `ports ${String(from)} to ${String(to)}`
}

const opening = (rule: Readonly<Record<string, unknown>>): Opening => ({
  cidrs: ['cidr_ipv4', 'cidr_ipv6', 'cidr_blocks', 'ipv6_cidr_blocks'].flatMap((name) => textsOf(rule[name])),
  protocol: String(rule.ip_protocol ?? rule.protocol),
  ports: portsOf(rule.from_port, rule.to_port),
})

/** Rules within a group are judged only where the code sets them; what others added is told as drift. */
const openings = (resource: PlannedResource, direction: 'ingress' | 'egress'): readonly Opening[] => {
  const { type, values, configured } = resource
  if (type === `aws_vpc_security_group_${direction}_rule`) return [opening(values)]
  if (type === 'aws_security_group_rule') return values.type === direction ? [opening(values)] : []
  return direction in configured ? recordsOf(values[direction]).map(opening) : []
}

const withoutLimit = ({ protocol }: Opening): boolean => protocol === '-1' || protocol === 'all'

const groups = ['aws_security_group', 'aws_default_security_group', 'aws_security_group_rule'] as const

export const networkRules: readonly Rule[] = [
  {
    id: 'public-ingress',
    severity: 'critical',
    exposes: true,
    types: [...groups, 'aws_vpc_security_group_ingress_rule'],
    reads: ['cidr_ipv4', 'cidr_ipv6', 'cidr_blocks', 'ipv6_cidr_blocks', 'ingress'],
    remedy: 'name the security group that may come in (referencedSecurityGroupId), or the range of the VPC',
    breach: (resource) => {
      const open = openings(resource, 'ingress').find(({ cidrs }) => cidrs.some(isOpenToAll))
      if (open === undefined) return null
      const where = withoutLimit(open) ? 'every port' : open.ports
      return `Anyone on the internet could come in by ${where}: it lets ${open.cidrs.filter(isOpenToAll).join(', ')} in.`
    },
  },
  {
    id: 'open-egress',
    severity: 'medium',
    exposes: false,
    types: [...groups, 'aws_vpc_security_group_egress_rule'],
    reads: ['cidr_ipv4', 'cidr_ipv6', 'cidr_blocks', 'ipv6_cidr_blocks', 'egress'],
    remedy: 'let out only the ports that are needed, as 443',
    breach: (resource) => {
      const open = openings(resource, 'egress').find((one) => withoutLimit(one) && one.cidrs.some(isOpenToAll))
      return open === undefined ? null : 'Everything behind it may reach any port of any address on the internet.'
    },
  },
  {
    id: 'subnet-gives-public-addresses',
    severity: 'medium',
    exposes: false,
    types: ['aws_subnet'],
    reads: ['map_public_ip_on_launch'],
    remedy: 'leave mapPublicIpOnLaunch out',
    breach: ({ values }) =>
      values.map_public_ip_on_launch === true
        ? 'Each machine that starts in it gets an address on the internet.'
        : null,
  },
]
