import { describe, expect, test } from 'vitest'
import type { Difference } from '../drift-report.ts'
import { parsePlan, type TerraformPlan } from '../plan/parse-plan.ts'
import { noCode, parseStackCode } from '../plan/stack-code.ts'
import { isRecord } from '../plan/veil.ts'
import { codeOfSmallShop, planJson, readPlan } from '../testing/plans/read-plan.ts'
import { driftReport } from './drift-report.ts'

const report = (name: string) => driftReport(readPlan(name), codeOfSmallShop)
const told = ({ meaning, kind, address, attribute, expected, found }: Difference) =>
  [meaning, kind, address, attribute, expected, found].join(' | ')

test.each(['drift-none', 'drift-fresh'])('F19: "%s" is no drift', (name) => {
  expect(report(name)).toEqual({ outcome: 'none', differences: [], untracked: [] })
})

test('F19: what looks like drift after a fresh apply is dropped, not missing', () => {
  expect(readPlan('drift-fresh').resource_drift.length).toBeGreaterThan(10)
})

test('F19: every change by hand is found, with attribute, expected and found, exposure first', () => {
  const group = expect.stringMatching(
    /^outage \| deleted \| aws_vpc_security_group_ingress_rule\.database_from_nodes \|/,
  )
  expect(report('drift-by-hand').differences.map(told)).toEqual([
    'exposure | changed | aws_iam_role.nodes | managed_policy_arns |  | arn:aws:iam::aws:policy/AdministratorAccess',
    expect.stringMatching(
      /^exposure \| changed \| aws_route_table\.private \| route \| {2}\| 192\.168\.0\.0\/16 by igw-/,
    ),
    'exposure | changed | aws_s3_bucket_public_access_block.uploads | block_public_policy | true | false',
    'exposure | changed | aws_security_group.database | ingress |  | tcp 22 from 0.0.0.0/0',
    'data-loss | changed | aws_cloudwatch_log_group.cluster | retention_in_days | 365 | 7',
    'data-loss | changed | aws_s3_bucket_versioning.uploads | versioning_configuration[0].status | Enabled | Suspended',
    'outage | deleted | aws_eks_addon.dns |  | {addon_name: coredns, cluster_name: shop-small} | ',
    group,
    'other | changed | aws_kms_key.shop | enable_key_rotation | true | false',
    'other | changed | aws_secretsmanager_secret.mail | description | The mail server | Changed by hand',
    'other | changed | aws_vpc.main | tags |  | {Owner: somebody}',
  ])
})

test('F19: after `infra up` only what is not managed here is left, though the state knows it by then', () => {
  const plan = readPlan('drift-after-up')
  expect(plan.resource_drift).toEqual([])
  const { differences } = driftReport(plan, codeOfSmallShop)
  expect(differences.map(({ address, attribute }) => `${address} ${attribute}`)).toEqual([
    'aws_iam_role.nodes managed_policy_arns',
    'aws_route_table.private route',
    'aws_security_group.database ingress',
  ])
  for (const { meaning, remedy } of differences) {
    expect(meaning).toBe('exposure')
    expect(remedy).toContain('not managed here')
  }
})

test('what is managed says that `infra up` puts it back; what is not brings the command that removes it', () => {
  const { differences } = report('drift-by-hand')
  const remedyOf = (address: string) => differences.find((one) => one.address === address)
  expect(remedyOf('aws_kms_key.shop')?.remedy).toBe('`infra up` puts it back')
  expect(remedyOf('aws_vpc.main')?.remedy).toBe('`infra up` puts it back')
  expect(remedyOf('aws_security_group.database')?.command).toMatch(
    /^aws ec2 revoke-security-group-ingress --group-id sg-\w+ --ip-permissions 'IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=\[{CidrIp=0\.0\.0\.0\/0}\]' --region us-east-1$/,
  )
})

describe('F20: the autoscaler', () => {
  test('scaling a node group is no drift', () => {
    expect(readPlan('drift-scaled').resource_drift).toHaveLength(1)
    expect(report('drift-scaled').outcome).toBe('none')
  })

  test('but only because the code says that it is to be ignored', () => {
    expect(driftReport(readPlan('drift-scaled'), noCode).differences.map(told)).toEqual([
      'other | changed | aws_eks_node_group.steady | scaling_config[0].desired_size | 4 | 2',
    ])
  })

  test('and its limits are still watched', () => {
    const plan = withAfter('drift-scaled', 'aws_eks_node_group.steady', {
      scaling_config: [{ desired_size: 2, max_size: 50, min_size: 2 }],
    })
    expect(driftReport(plan, codeOfSmallShop).differences.map(told)).toEqual([
      'other | changed | aws_eks_node_group.steady | scaling_config[0].max_size | 5 | 50',
    ])
  })
})

/** A recorded plan in which AWS answered something else for one resource. */
const withAfter = (name: string, address: string, values: Readonly<Record<string, unknown>>): TerraformPlan => {
  const plan = readPlan(name)
  return {
    ...plan,
    resource_drift: plan.resource_drift.map((one) =>
      one.address === address && isRecord(one.change.after)
        ? { ...one, change: { ...one.change, after: { ...one.change.after, ...values } } }
        : one,
    ),
  }
}

const drifted = (type: string, change: Readonly<Record<string, unknown>>, expressions: unknown = {}) => {
  const resource = { address: `${type}.one`, type, name: 'one', change: { actions: ['update'], ...change } }
  const resources = [{ address: `${type}.one`, expressions }]
  const configuration = { root_module: { resources } }
  const plan = { format_version: '1.2', resource_drift: [resource], configuration }
  return (code = noCode) => driftReport(parsePlan(plan), code).differences
}

test.each<[string, unknown, unknown, Difference['meaning']]>([
  ['aws_db_instance', { publicly_accessible: false }, { publicly_accessible: true }, 'exposure'],
  ['aws_db_instance', { deletion_protection: true }, { deletion_protection: false }, 'data-loss'],
  ['aws_db_instance', { instance_class: 'a' }, { instance_class: 'b' }, 'outage'],
  [
    'aws_s3_bucket',
    { policy: '' },
    { policy: '{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}}' },
    'exposure',
  ],
  [
    'aws_s3_bucket',
    { policy: '' },
    { policy: '{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*"}}' },
    'other',
  ],
  ['aws_unheard_of', { a: 1 }, { a: 2 }, 'other'],
])('a change of %s from %j to %j means: %s', (type, before, after, meaning) => {
  expect(drifted(type, { before, after })().map((one) => one.meaning)).toEqual([meaning])
})

test('what AWS writes by itself is no drift, unless the code sets it', () => {
  const change = { before: { status: 'available' }, after: { status: 'backing-up' } }
  expect(drifted('aws_db_instance', change)()).toEqual([])
  expect(drifted('aws_db_instance', change, { status: { constant_value: 'available' } })()).toHaveLength(1)
})

test('what the code does not set says that nobody knows yet who puts it back', () => {
  const [difference] = drifted('aws_db_instance', { before: { port: 1 }, after: { port: 2 } })()
  expect(difference?.remedy).toContain('not set in the code')
})

test('ignoring all of a resource ignores all of it', () => {
  const code = parseStackCode({ resource: { aws_db_instance: { one: { lifecycle: { ignore_changes: 'all' } } } } })
  expect(drifted('aws_db_instance', { before: { port: 1 }, after: { port: 2 } })(code)).toEqual([])
})

test('a secret that was changed by hand is drift, and neither value is told', () => {
  const change = { before: { pin: 'canary-before' }, after: { pin: 'canary-after' }, before_sensitive: { pin: true } }
  const differences = drifted('aws_db_instance', change)()
  expect(differences).toMatchObject([{ expected: '(sensitive)', found: '(sensitive)' }])
  expect(JSON.stringify(differences)).not.toContain('canary')
})

describe('rules that others put into our groups', () => {
  const rule = { protocol: 'tcp', from_port: 443, to_port: 443, cidr_blocks: [], security_groups: [], self: false }
  const withRule = (added: Readonly<Record<string, unknown>>) => {
    const json = planJson('drift-none')
    const text = JSON.stringify(json)
    const plan = parsePlan(JSON.parse(text))
    const resources = (plan.prior_state?.values?.root_module.resources ?? []).map((one) =>
      one.address === 'aws_security_group.nodes' ? { ...one, values: { ...one.values, ...added } } : one,
    )
    return driftReport({ ...plan, prior_state: { values: { root_module: { resources } } } }, codeOfSmallShop)
      .differences
  }

  test('are told, whoever they let in', () => {
    const [difference] = withRule({ ingress: [{ ...rule, security_groups: ['sg-9'] }] })
    expect(difference).toMatchObject({ meaning: 'exposure', found: 'tcp 443 from sg-9' })
  })

  test('are the business of the load balancer controller where it says so and lets only a group in', () => {
    const description = 'elbv2.k8s.aws/targetGroupBinding=shared'
    expect(withRule({ ingress: [{ ...rule, description, security_groups: ['sg-9'] }] })).toEqual([])
    expect(withRule({ ingress: [{ ...rule, description, cidr_blocks: ['0.0.0.0/0'] }] })).toHaveLength(1)
  })

  test('one that lets everything out is told where it has come since, and not where AWS itself left it', () => {
    const plan = readPlan('drift-none')
    const address = 'aws_security_group.nodes'
    const after = plan.prior_state?.values?.root_module.resources.find((one) => one.address === address)?.values
    const since = (egress: unknown) => {
      const change = { actions: ['update' as const], before: { ...after, egress }, after }
      const drift = [{ address, mode: 'managed', type: 'aws_security_group', name: 'nodes', change }]
      return driftReport({ ...plan, resource_drift: drift }, codeOfSmallShop).differences
    }
    expect(since(after?.egress)).toEqual([])
    expect(since([])).toMatchObject([
      { address, attribute: 'egress', found: 'all to 0.0.0.0/0', command: expect.stringContaining('egress') },
    ])
  })

  test('one for several sources is told for each', () => {
    const found = withRule({ ingress: [{ ...rule, cidr_blocks: ['1.2.3.4/32', '5.6.7.8/32'], self: true }] })
    expect(found.map((one) => one.found)).toEqual([
      'tcp 443 from 1.2.3.4/32',
      'tcp 443 from 5.6.7.8/32',
      expect.stringMatching(/^tcp 443 from sg-/),
    ])
  })
})
