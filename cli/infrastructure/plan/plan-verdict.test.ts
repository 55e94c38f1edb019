import { describe, expect, test } from 'vitest'
import type { PlanVerdict } from '../plan-verdict.ts'
import { readPlan } from '../testing/plans/read-plan.ts'
import { planVerdict } from './plan-verdict.ts'
import { resourceTypes } from './resource-types.ts'

const verdictOf = (name: string): PlanVerdict => planVerdict(readPlan(name), { waivers: [], today: '2026-11-22' })
const risksOf = (name: string, kind: string) =>
  verdictOf(name)
    .risks.filter((risk) => risk.kind === kind)
    .map(({ address, why }) => `${address}: ${why}`)

test('a plan that changes nothing is unchanged, and nothing of it is shown', () => {
  expect(verdictOf('unchanged')).toMatchObject({ outcome: 'unchanged', changes: [], risks: [], findings: [] })
})

describe('F12: what puts data at risk', () => {
  test('a replaced database is named with the attribute that forces it', () => {
    const { risks, changes } = verdictOf('replaced')
    expect(risks[0]).toEqual({
      kind: 'data-loss',
      address: 'aws_db_instance.main',
      what: 'The database would be replaced: all data in it is lost.',
      why: 'AWS cannot change username of one that exists',
    })
    expect(changes[0]?.attributes).toContainEqual({
      path: 'username',
      from: 'shop',
      to: 'shopkeeper',
      forcesReplacement: true,
    })
  })

  test('a key that goes takes with it all that hangs on it', () => {
    expect(risksOf('moved', 'data-loss')).toEqual([
      expect.stringContaining('aws_kms_key.shop: '),
      expect.stringContaining('aws_s3_bucket.uploads: '),
      'aws_db_instance.main: AWS cannot change kms_key_id of one that exists',
      'aws_ecr_repository.users: AWS cannot change encryption_configuration[0].kms_key of one that exists',
      'aws_elasticache_replication_group.main: AWS cannot change kms_key_id of one that exists',
    ])
  })

  test('so is each setting that only weakens its protection', () => {
    expect(risksOf('weakened', 'data-loss')).toEqual([
      'aws_cloudwatch_log_group.cluster: retention_in_days: 365 → 30',
      'aws_db_instance.main: backup_retention_period: 7 → 1',
      'aws_db_instance.main: deletion_protection: true → false',
      'aws_db_instance.main: skip_final_snapshot: false → true',
      'aws_elasticache_replication_group.main: snapshot_retention_limit: 7 → 1',
      'aws_kms_key.shop: deletion_window_in_days: 30 → 7',
      'aws_s3_bucket.uploads: force_destroy: false → true',
      'aws_s3_bucket_versioning.uploads: versioning_configuration[0].status: Enabled → Suspended',
    ])
  })

  test('destroying all of it names every resource that holds something', () => {
    const stateful = Object.keys(resourceTypes).filter((type) => resourceTypes[type]?.loses !== null)
    const gone = readPlan('destroyed').resource_changes.filter(({ type }) => stateful.includes(type))
    expect(gone.length).toBeGreaterThan(7)
    const named = verdictOf('destroyed').risks.filter(({ kind }) => kind === 'data-loss')
    expect(named.map(({ address }) => address).sort()).toEqual(gone.map(({ address }) => address).sort())
  })
})

test('F12: a database that is renamed in place is an outage and not safe', () => {
  expect(risksOf('interrupting', 'outage')).toContain(
    'aws_db_instance.main: identifier: shop-small-database → shop-small-postgres',
  )
})

test('F13: what was taken out of the code, and its preventDestroy with it, is data at risk all the same', () => {
  expect(risksOf('removed', 'data-loss')).toEqual([
    'aws_ecr_repository.users: its block is not in the code any more',
    'aws_s3_bucket.uploads: its block is not in the code any more',
    'aws_secretsmanager_secret.mail: its block is not in the code any more',
  ])
})

test.each([
  ['replaced', 'aws_eks_node_group.steady'],
  ['replaced', 'aws_subnet.b'],
  ['replaced', 'aws_db_subnet_group.main'],
  ['removed', 'aws_route.out'],
  ['removed', 'aws_iam_role_policy_attachment.cluster'],
  ['interrupting', 'aws_eks_cluster.main'],
  ['interrupting', 'aws_elasticache_replication_group.main'],
  ['destroyed', 'aws_nat_gateway.a'],
])('in "%s" users may notice %s', (plan, address) => {
  const found = verdictOf(plan).risks.filter((risk) => risk.address === address)
  expect(found.map(({ kind }) => kind)).toEqual(['outage'])
})

test('how long the database is away depends on whether it has a standby', () => {
  const plan = readPlan('interrupting')
  const withStandby = plan.resource_changes.map((one) => {
    const { after } = one.change
    const values = typeof after === 'object' && after !== null ? { ...after, multi_az: true } : after
    return { ...one, change: { ...one.change, after: values } }
  })
  const sizes = (risks: PlanVerdict['risks']) => risks.find(({ why }) => why.startsWith('instance_class'))?.what
  expect(sizes(verdictOf('interrupting').risks)).toContain('5 to 10 minutes')
  expect(
    sizes(planVerdict({ ...plan, resource_changes: withStandby }, { waivers: [], today: '2026-11-22' }).risks),
  ).toContain('1 to 2 minutes')
})

test('a setting that waits for a restart is named, one that does not is no risk', () => {
  expect(risksOf('interrupting', 'outage').filter((line) => line.includes('parameter'))).toEqual([
    'aws_db_parameter_group.main: parameter shared_preload_libraries has apply_method pending-reboot',
  ])
})

test('opening something is a risk, whether a value does it or the want of another resource', () => {
  expect(risksOf('weakened', 'exposure')).toEqual([
    'aws_vpc_security_group_ingress_rule.database_from_nodes: breaks the rule public-ingress',
    'aws_db_instance.main: breaks the rule public-database',
    'aws_s3_bucket.uploads: breaks the rule public-bucket',
  ])
})

test('also where the bucket itself stays as it is', () => {
  const plan = readPlan('weakened')
  const untouched = plan.resource_changes.map((one) =>
    one.type === 'aws_s3_bucket'
      ? { ...one, name: 'another', change: { ...one.change, actions: ['no-op' as const] } }
      : one,
  )
  const { risks } = planVerdict({ ...plan, resource_changes: untouched }, { waivers: [], today: '2026-11-22' })
  expect(risks.filter(({ address }) => address === 'aws_s3_bucket.uploads')).toMatchObject([{ kind: 'exposure' }])
})

test('what was open before is a finding and no risk of this plan', () => {
  const plan = readPlan('weakened')
  const later = plan.resource_changes
    .filter(({ type }) => type !== 'aws_s3_bucket_public_access_block')
    .map((one) => ({ ...one, change: { ...one.change, actions: ['no-op' as const] } }))
  const verdict = planVerdict({ ...plan, resource_changes: later }, { waivers: [], today: '2026-11-22' })
  expect(verdict.risks).toEqual([])
  expect(verdict.findings.map(({ rule }) => rule)).toContain('public-database')
})

test('what is waived is a finding and no risk', () => {
  const waiver = { rule: 'public-database', resource: 'aws_db_*', reason: 'a drill', until: '2026-12-31' }
  const verdict = planVerdict(readPlan('weakened'), { waivers: [waiver], today: '2026-11-22' })
  expect(verdict.risks.filter(({ why }) => why.includes('public-database'))).toEqual([])
  expect(verdict.findings.find(({ rule }) => rule === 'public-database')?.waiver).toEqual(waiver)
})

test('a type that is not in the table is never safe', () => {
  const [risk, ...others] = verdictOf('unheard').risks
  expect(others).toEqual([])
  expect(risk).toMatchObject({ kind: 'unknown', address: 'aws_sqs_queue.mails' })
})

test('risks and changes come worst first', () => {
  const order = ['data-loss', 'exposure', 'outage', 'unknown']
  for (const name of ['replaced', 'weakened', 'moved', 'another-name']) {
    const { risks, changes } = verdictOf(name)
    const ranks = risks.map(({ kind }) => order.indexOf(kind))
    expect(ranks).toEqual([...ranks].sort((one, other) => one - other))
    expect(changes[0]?.address).toBe(risks[0]?.address)
  }
})

describe('a refactoring shows before it does harm', () => {
  test('a rename in the code is told as one, with the block that mends it', () => {
    const bucket = verdictOf('moved').risks.find(({ address }) => address === 'aws_s3_bucket.uploads')
    expect(bucket).toMatchObject({
      kind: 'data-loss',
      why: expect.stringContaining('a moved block from aws_s3_bucket.uploads to aws_s3_bucket.user_uploads keeps it'),
    })
    const reasons = verdictOf('moved').changes.map(({ address, reason }) => `${address} ${reason}`)
    expect(reasons).toContain(
      'aws_kms_key.data looks like aws_kms_key.shop under another name in the code: a moved block keeps it',
    )
  })

  test('two things that only share a type are none', () => {
    const plan = readPlan('moved')
    const other = plan.resource_changes.map((one) => {
      const { after } = one.change
      const isMade = one.address === 'aws_s3_bucket.user_uploads' && typeof after === 'object' && after !== null
      return isMade ? { ...one, change: { ...one.change, after: { ...after, bucket: 'shop-invoices' } } } : one
    })
    const verdict = planVerdict({ ...plan, resource_changes: other }, { waivers: [], today: '2026-11-22' })
    expect(verdict.risks.find(({ address }) => address === 'aws_s3_bucket.uploads')?.why).not.toContain('moved')
  })

  test('a stack under another name would lose everything that holds something', () => {
    expect(
      verdictOf('another-name')
        .risks.filter(({ kind }) => kind === 'data-loss')
        .map(({ address }) => address),
    ).toEqual([
      'aws_cloudwatch_log_group.cluster',
      'aws_ecr_repository.users',
      'aws_eks_cluster.main',
      'aws_elasticache_replication_group.main',
      'aws_s3_bucket.uploads',
      'aws_secretsmanager_secret.mail',
    ])
  })
})

describe('secrets in a plan', () => {
  const verdict = verdictOf('secrets')
  const text = JSON.stringify(verdict)

  test('are nowhere in the verdict, not within JSON either', () => {
    expect(text).not.toContain('canary-variable')
    expect(
      verdict.changes.flatMap(({ attributes }) => attributes).filter(({ to }) => to === '(sensitive)'),
    ).toHaveLength(3)
  })

  test('hide no more than themselves', () => {
    const settings = verdict.changes.find(({ address }) => address === 'aws_lambda_function.half')
    expect(settings?.attributes).toContainEqual(
      expect.objectContaining({ to: '{variables: {LOG_LEVEL: info, MAIL: (sensitive)}}' }),
    )
    expect(verdict.outputs).toEqual([
      { name: 'group', kind: 'create' },
      { name: 'mail', kind: 'create' },
    ])
  })
})
