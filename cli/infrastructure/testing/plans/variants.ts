import { type Resources, smallShop } from './small-shop.ts'

type Change = (resources: Resources) => Resources

/** Other values for some attributes of one resource. */
const set =
  (address: string, attributes: Readonly<Record<string, unknown>>): Change =>
  (resources) => {
    const [type = '', name = ''] = address.split('.')
    return {
      ...resources,
      [type]: {
        ...resources[type],
        [name]: { ...resources[type]?.[name], ...attributes },
      },
    }
  }

/** As if its block, and everything in it, had been taken out of the code. */
const without =
  (...addresses: readonly string[]): Change =>
  (resources) =>
    Object.fromEntries(
      Object.entries(resources).flatMap(([type, named]) => {
        const left = Object.entries(named).filter(([name]) => !addresses.includes(`${type}.${name}`))
        return left.length === 0 ? [] : [[type, Object.fromEntries(left)]]
      }),
    )

/** Another name in the code, and wherever it is referred to. */
const renamed =
  (from: string, to: string): Change =>
  (resources) => {
    const [type = '', name = ''] = from.split('.')
    const [, newName = ''] = to.split('.')
    const { [name]: body = {}, ...others } = resources[type] ?? {}
    const moved = { ...resources, [type]: { ...others, [newName]: body } }
    return JSON.parse(JSON.stringify(moved).replaceAll(`\${${from}.`, `\${${to}.`))
  }

const nodeGroup = 'aws_eks_node_group.steady'
const uploads = 'aws_s3_bucket'

/** Each against the state that small-shop.ts leaves. */
const changes: Readonly<Record<string, readonly Change[]>> = {
  replaced: [
    set('aws_db_instance.main', { username: 'shopkeeper' }),
    set('aws_db_subnet_group.main', { name: 'shop-small-other' }),
    set(nodeGroup, { instance_types: ['m5.large'] }),
    set('aws_subnet.b', { cidr_block: '10.9.9.0/24' }),
  ],
  removed: [
    without(
      'aws_s3_bucket_public_access_block.uploads',
      'aws_s3_bucket_versioning.uploads',
      'aws_s3_bucket_server_side_encryption_configuration.uploads',
      'aws_s3_bucket.uploads',
      'aws_secretsmanager_secret.mail',
      'aws_ecr_repository.users',
      'aws_route.out',
      'aws_iam_role_policy_attachment.cluster',
    ),
  ],
  weakened: [
    set('aws_db_instance.main', {
      deletion_protection: false,
      skip_final_snapshot: true,
      backup_retention_period: 1,
      publicly_accessible: true,
    }),
    set('aws_s3_bucket_versioning.uploads', {
      versioning_configuration: [{ status: 'Suspended' }],
    }),
    set(`${uploads}.uploads`, { force_destroy: true }),
    set('aws_kms_key.shop', {
      deletion_window_in_days: 7,
      enable_key_rotation: false,
    }),
    set('aws_cloudwatch_log_group.cluster', { retention_in_days: 30 }),
    set('aws_elasticache_replication_group.main', {
      snapshot_retention_limit: 1,
    }),
    without('aws_s3_bucket_public_access_block.uploads'),
    set('aws_vpc_security_group_ingress_rule.database_from_nodes', {
      referenced_security_group_id: null,
      cidr_ipv4: '0.0.0.0/0',
    }),
  ],
  interrupting: [
    set('aws_db_instance.main', {
      identifier: 'shop-small-postgres',
      instance_class: 'db.r6g.large',
      engine_version: '16',
      allow_major_version_upgrade: true,
    }),
    set('aws_db_parameter_group.main', {
      parameter: [
        { name: 'log_statement', value: 'ddl', apply_method: 'immediate' },
        { name: 'rds.force_ssl', value: '1', apply_method: 'immediate' },
        {
          name: 'shared_preload_libraries',
          value: 'pg_stat_statements',
          apply_method: 'pending-reboot',
        },
      ],
    }),
    set('aws_eks_cluster.main', { version: '1.35' }),
    set('aws_elasticache_replication_group.main', {
      node_type: 'cache.r6g.large',
    }),
  ],
  'two-minors': [set('aws_eks_cluster.main', { version: '1.36' })],
  moved: [
    renamed('aws_s3_bucket.uploads', 'aws_s3_bucket.user_uploads'),
    renamed('aws_kms_key.shop', 'aws_kms_key.data'),
  ],
  unheard: [
    (resources) => ({
      ...resources,
      aws_sqs_queue: { mails: { name: 'mails' } },
    }),
  ],
}

export const variants: Readonly<Record<string, Resources>> = {
  base: smallShop('shop-small'),
  'another-name': smallShop('shop-tiny'),
  ...Object.fromEntries(
    Object.entries(changes).map(([name, steps]) => [
      name,
      steps.reduce((resources, change) => change(resources), smallShop('shop-small')),
    ]),
  ),
}
