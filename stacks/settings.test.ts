import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { installationNames, installations } from './installations.ts'
import { resourcesOf, type StackJson, stackReferences, synthesised } from './testing/synthesised.ts'

const stacks = new Map(installationNames.map((name) => [name, synthesised({ kind: 'shop', installation: name })]))
const shop = (name: (typeof installationNames)[number]): StackJson => stacks.get(name) ?? { resource: {}, output: {} }
const prod = shop('prod')
const only = (stack: StackJson, type: string): Record<string, unknown> => {
  const [[, first] = ['', {}], ...more] = resourcesOf(stack, type)
  expect(more).toEqual([])
  return first
}

/** Types whose loss is the loss of data or of the way to it. */
const holdsData = [
  'aws_db_instance',
  'aws_elasticache_replication_group',
  'aws_s3_bucket',
  'aws_kms_key',
  'aws_secretsmanager_secret',
  'aws_eks_cluster',
]

describe.each(installationNames)('%s', (name) => {
  const { protect, postgres, redis } = installations[name]

  test('what holds data refuses every plan that destroys it just where the installation is protected', () => {
    for (const type of holdsData) {
      const kept = resourcesOf(shop(name), type)
      expect(kept.length).toBeGreaterThan(0)
      for (const [, { lifecycle }] of kept) expect(lifecycle?.prevent_destroy ?? false).toBe(protect)
    }
  })

  test('R-2: any second of the last days can be had back, and what is protected leaves a snapshot behind', () => {
    const database = only(shop(name), 'aws_db_instance')
    expect(database).toMatchObject({
      backup_retention_period: postgres.backupDays,
      copy_tags_to_snapshot: true,
      multi_az: postgres.multiZone,
      deletion_protection: protect,
      skip_final_snapshot: !protect,
      delete_automated_backups: !protect,
    })
    expect(postgres.backupDays).toBeGreaterThanOrEqual(7)
    expect('final_snapshot_identifier' in database).toBe(protect)
    expect(only(shop(name), 'aws_elasticache_replication_group')).toMatchObject({
      snapshot_retention_limit: 7,
      automatic_failover_enabled: redis.nodes > 1,
    })
  })
})

test('state outlives everything: its bucket and its key refuse every plan that destroys them', () => {
  const state = synthesised({ kind: 'state' })
  for (const type of ['aws_s3_bucket', 'aws_kms_key'])
    for (const [, { lifecycle }] of resourcesOf(state, type)) expect(lifecycle?.prevent_destroy).toBe(true)
})

test('no stack holds a value of a secret, and none asks AWS while it is planned', () => {
  for (const stack of stackReferences.map(synthesised)) {
    expect(stack.resource.aws_secretsmanager_secret_version).toBeUndefined()
    expect(stack).not.toHaveProperty('data')
    for (const type of ['aws_db_instance', 'aws_elasticache_replication_group', 'aws_elasticache_user'])
      for (const [, resource] of resourcesOf(stack, type)) {
        expect(Object.keys(resource)).not.toEqual(expect.arrayContaining(['password']))
        expect(Object.keys(resource)).not.toEqual(expect.arrayContaining(['passwords']))
        expect(Object.keys(resource)).not.toEqual(expect.arrayContaining(['auth_token']))
      }
  }
})

test('no security group lets anybody in from outside the network', () => {
  const rules = resourcesOf(prod, 'aws_vpc_security_group_ingress_rule')
  expect(rules.length).toBeGreaterThan(8)
  for (const [, rule] of rules) {
    expect(rule).toHaveProperty('referenced_security_group_id')
    expect(rule).not.toHaveProperty('cidr_ipv4')
    expect(rule).not.toHaveProperty('cidr_ipv6')
  }
})

test('the API server is not on the internet unless the facts name who may ask', () => {
  expect(only(prod, 'aws_eks_cluster')).toMatchObject({
    vpc_config: { endpoint_private_access: true, endpoint_public_access: false },
  })
})

test('what a launch template makes carries the tags that default tags do not reach', () => {
  const template = z.object({
    tag_specifications: z.array(z.object({ resource_type: z.string(), tags: z.record(z.string(), z.string()) })),
  })
  const { tag_specifications: specifications } = template.parse(only(prod, 'aws_launch_template'))
  expect(specifications.map(({ resource_type }) => resource_type)).toEqual(['instance', 'volume', 'network-interface'])
  for (const { tags } of specifications)
    expect(tags).toMatchObject({ Project: 'ecommerce', Environment: 'prod', ManagedBy: 'shopctl', CostCenter: 'shop' })
})

test('one NAT gateway where money is short, one for each zone where people shop', () => {
  const gateways = installationNames.map((name) => resourcesOf(shop(name), 'aws_nat_gateway').length)
  expect(gateways).toEqual(installationNames.map((name) => installations[name].natGateways))
})

const assumed = z.object({ assume_role_policy: z.string() })
const trust = z.object({
  Statement: z.array(z.object({ Principal: z.record(z.string(), z.unknown()), Condition: z.unknown().optional() })),
})

test('the deployer can be taken on by the roles that the facts name and by nobody else', () => {
  const [, role] = resourcesOf(prod, 'aws_iam_role').find(([name]) => name === 'deployer_role') ?? ['', {}]
  const { Statement } = trust.parse(JSON.parse(assumed.parse(role).assume_role_policy))
  const { account, deployerRoles } = installations.prod
  expect(Statement.map(({ Principal }) => Principal)).toEqual([
    { AWS: deployerRoles.map((name) => `arn:aws:iam::${account}:role/${name}`) },
  ])
})

const policies = z.object({ Statement: z.array(z.object({ Sid: z.string(), Resource: z.unknown() })) })
const reached = (stack: StackJson, role: string, sid: string): unknown => {
  const [, { policy }] = resourcesOf(stack, 'aws_iam_role_policy').find(([name]) => name === role) ?? ['', {}]
  return policies.parse(JSON.parse(z.string().parse(policy))).Statement.find(({ Sid }) => Sid === sid)?.Resource
}

test('who rotates and who deploys reach the secrets of every environment on the installation, and of no other', () => {
  const place = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shop'
  const rotated = ['jwt-signing-keys', 'database-users', 'database-catalog', 'database-orders']
  const standing = { dev: ['dev'], staging: ['staging'], prod: ['prod', 'staging'] }
  for (const name of installationNames) {
    expect(reached(shop(name), 'secrets_rotation_role_permissions', 'RotateSecrets')).toEqual(
      standing[name].flatMap((environment) => rotated.map((secret) => `${place}/${environment}/${secret}-??????`)),
    )
    expect(reached(shop(name), 'deployer_role_permissions', 'ReadSecretsOfTheShop')).toEqual(
      standing[name].map((environment) => `${place}/${environment}/*`),
    )
  }
})

test('no role of the shop may do everything, and none may do what it likes everywhere', () => {
  const documents = installationNames.flatMap((name) => resourcesOf(shop(name), 'aws_iam_role_policy'))
  expect(documents.length).toBeGreaterThan(15)
  const statement = z.object({ Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() })
  for (const [, { policy }] of documents) {
    const { Statement } = z.object({ Statement: z.array(statement) }).parse(JSON.parse(z.string().parse(policy)))
    for (const { Action, Resource } of Statement) {
      const actions = [Action].flat()
      expect(actions.filter((action) => action.includes('*'))).toEqual([])
      if (Resource === '*') expect(actions).toEqual(['ecr:GetAuthorizationToken'])
    }
  }
})
