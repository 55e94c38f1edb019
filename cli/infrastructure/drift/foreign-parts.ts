import { quoteWord } from '../../errors/quote-word.ts'
import type { Difference } from '../drift-report.ts'
import { configuredAttributes, resourcesFound, type StateResource, type TerraformPlan } from '../plan/parse-plan.ts'
import { isRecord } from '../plan/veil.ts'

/** A rule, a route or a permission that stands in one of our resources and was put there by nobody here. */
export type ForeignPart = Pick<Difference, 'address' | 'meaning'> & {
  readonly attribute: string
  readonly found: string
  /** That takes it away. */
  readonly command: string
}

type Values = Readonly<Record<string, unknown>>
type Part = {
  readonly same: string
  readonly words: string
  readonly command: string
  readonly meaning: Difference['meaning']
}

type Holder = {
  readonly types: readonly string[]
  readonly attribute: string
  /** What the resource holds, as AWS tells it; `before` is what the state knew where the refresh found a difference. */
  readonly held: (values: Values, before: Values | null) => readonly Part[]
  /** What of it is a resource of ours. */
  readonly ours: (values: Values, found: readonly StateResource[]) => readonly string[]
}

const records = (value: unknown): readonly Values[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string' && each !== '')
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const regionOf = ({ arn }: Values): string => {
  const region = text(arn).split(':')[3]
  return region ? ` --region ${region}` : ''
}

const portsOf = (protocol: unknown, from: unknown, to: unknown): string => {
  if (protocol === '-1' || protocol === 'all') return 'all'
  return from === to ? `${String(protocol)} ${String(from)}` : `${String(protocol)} ${String(from)}-${String(to)}`
}

/** `tcp 5432 sg-1`: the description says nothing of who is let in. */
const ruleOf = (values: Values, source: string): string =>
  `${portsOf(values.ip_protocol ?? values.protocol, values.from_port, values.to_port)} ${source}`

const sourcesOf = (values: Values, group: string): readonly string[] => [
  ...['cidr_blocks', 'ipv6_cidr_blocks', 'prefix_list_ids', 'cidr_ipv4', 'cidr_ipv6', 'prefix_list_id'].flatMap(
    (name) => texts(values[name]),
  ),
  ...['security_groups', 'source_security_group_id', 'referenced_security_group_id'].flatMap((name) =>
    texts(values[name]).map((id) => id.split('/').at(-1) ?? id),
  ),
  ...(values.self === true ? [group] : []),
]

/** The rules by which the load balancer controller lets its balancers reach the nodes: its business, not drift. */
const isOfTheController = (rule: Values, source: string): boolean =>
  text(rule.description).startsWith('elbv2.k8s.aws/') && source.startsWith('sg-')

/**
 * AWS gives each new group this rule and the provider takes it away, unless AWS is an emulator that keeps it: so where
 * the state has known it all along it is not told, and where it has come since it is.
 */
const isGivenByAws = (rule: Values, group: Values): boolean =>
  rule.protocol === '-1' && text(rule.description) === '' && sourcesOf(rule, text(group.id)).join() === '0.0.0.0/0'

const hasComeBack = (group: Values, before: Values | null): boolean =>
  before !== null && !records(before.egress).some((rule) => isGivenByAws(rule, group))

const rangeOf = (source: string): string => {
  if (source.startsWith('sg-')) return `UserIdGroupPairs=[{GroupId=${source}}]`
  if (source.startsWith('pl-')) return `PrefixListIds=[{PrefixListId=${source}}]`
  return source.includes(':') ? `Ipv6Ranges=[{CidrIpv6=${source}}]` : `IpRanges=[{CidrIp=${source}}]`
}

const revoke = (group: Values, rule: Values, { direction, source }: { direction: string; source: string }): string => {
  const protocol = text(rule.protocol)
  const ports = protocol === '-1' ? '' : `,FromPort=${String(rule.from_port)},ToPort=${String(rule.to_port)}`
  const permission = quoteWord(`IpProtocol=${protocol}${ports},${rangeOf(source)}`)
  return `aws ec2 revoke-security-group-${direction} --group-id ${text(group.id)} --ip-permissions ${permission}${regionOf(group)}`
}

const rulesIn = (direction: 'ingress' | 'egress'): Holder => ({
  types: ['aws_security_group', 'aws_default_security_group'],
  attribute: direction,
  held: (group, before) =>
    records(group[direction])
      .filter((rule) => direction === 'ingress' || !isGivenByAws(rule, group) || hasComeBack(group, before))
      .flatMap((rule) =>
        sourcesOf(rule, text(group.id))
          .filter((source) => !isOfTheController(rule, source))
          .map((source) => ({
            same: ruleOf(rule, source),
            words: `${portsOf(rule.protocol, rule.from_port, rule.to_port)} ${direction === 'ingress' ? 'from' : 'to'} ${source}`,
            command: revoke(group, rule, { direction, source }),
            meaning: direction === 'ingress' ? ('exposure' as const) : ('other' as const),
          })),
      ),
  ours: (group, found) =>
    found
      .filter(
        ({ type, values }) =>
          values.security_group_id === group.id &&
          (type === `aws_vpc_security_group_${direction}_rule` ||
            (type === 'aws_security_group_rule' && values.type === direction)),
      )
      .flatMap(({ values }) => sourcesOf(values, text(group.id)).map((source) => ruleOf(values, source))),
})

const targets = [
  'gateway_id',
  'nat_gateway_id',
  'transit_gateway_id',
  'vpc_peering_connection_id',
  'network_interface_id',
  'vpc_endpoint_id',
  'egress_only_gateway_id',
  'local_gateway_id',
  'carrier_gateway_id',
  'core_network_arn',
]
const targetOf = (route: Values): string => targets.map((name) => text(route[name])).find((id) => id !== '') ?? ''
const destinationOf = (route: Values): string =>
  [
    'cidr_block',
    'ipv6_cidr_block',
    'destination_prefix_list_id',
    'destination_cidr_block',
    'destination_ipv6_cidr_block',
  ]
    .map((name) => text(route[name]))
    .find((cidr) => cidr !== '') ?? ''

const routes: Holder = {
  types: ['aws_route_table'],
  attribute: 'route',
  held: (table) =>
    records(table.route)
      // An endpoint of ours writes its own route.
      .filter((route) => !targetOf(route).startsWith('vpce-'))
      .map((route) => {
        const [destination, target] = [destinationOf(route), targetOf(route)]
        const flag = destination.includes(':') ? 'destination-ipv6-cidr-block' : 'destination-cidr-block'
        return {
          same: `${destination} ${target}`,
          words: `${destination} by ${target}`,
          command: `aws ec2 delete-route --route-table-id ${text(table.id)} --${flag} ${destination}${regionOf(table)}`,
          meaning: target.startsWith('igw-') ? 'exposure' : 'outage',
        }
      }),
  ours: (table, found) =>
    found
      .filter(({ type, values }) => type === 'aws_route' && values.route_table_id === table.id)
      .map(({ values }) => `${destinationOf(values)} ${targetOf(values)}`),
}

const attachments: Holder = {
  types: ['aws_iam_role'],
  attribute: 'managed_policy_arns',
  held: (role) =>
    texts(role.managed_policy_arns).map((arn) => ({
      same: arn,
      words: arn,
      command: `aws iam detach-role-policy --role-name ${text(role.name)} --policy-arn ${arn}`,
      meaning: 'exposure',
    })),
  ours: (role, found) =>
    found
      .filter(({ type, values }) => type === 'aws_iam_role_policy_attachment' && values.role === role.name)
      .flatMap(({ values }) => texts(values.policy_arn)),
}

const inlinePolicies: Holder = {
  types: ['aws_iam_role'],
  attribute: 'inline_policy',
  held: (role) =>
    records(role.inline_policy)
      .map(({ name }) => text(name))
      .filter((name) => name !== '')
      .map((name) => ({
        same: name,
        words: `the policy ${name}`,
        command: `aws iam delete-role-policy --role-name ${text(role.name)} --policy-name ${quoteWord(name)}`,
        meaning: 'exposure',
      })),
  ours: (role, found) =>
    found
      .filter(({ type, values }) => type === 'aws_iam_role_policy' && values.role === role.name)
      .flatMap(({ values }) => texts(values.name)),
}

const holders: readonly Holder[] = [rulesIn('ingress'), rulesIn('egress'), routes, attachments, inlinePolicies]

/** Attributes that only repeat what other resources say, by type: told through those. */
export const repeatedAttributes = (type: string): readonly string[] =>
  holders.filter(({ types }) => types.includes(type)).map(({ attribute }) => attribute)

/**
 * Looked for in the state as it was found, not among the changes: the first refresh after a foreign rule came takes it
 * into the state for good, and from then on no plan and no list of changes shows it.
 */
export const foreignParts = (plan: TerraformPlan): readonly ForeignPart[] => {
  const found = resourcesFound(plan)
  const configured = configuredAttributes(plan)
  const before = new Map(
    plan.resource_drift.map(({ address, change }) => [address, isRecord(change.before) ? change.before : null]),
  )
  return found.flatMap(({ address, type, values }) =>
    holders
      .filter(({ types, attribute }) => types.includes(type) && !(attribute in (configured.get(address) ?? {})))
      .flatMap(({ attribute, held, ours }) => {
        const known = ours(values, found)
        return held(values, before.get(address) ?? null)
          .filter(({ same }) => !known.includes(same))
          .map(({ words, command, meaning }) => ({ address, attribute, found: words, command, meaning }))
      }),
  )
}
