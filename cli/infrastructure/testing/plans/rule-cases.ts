import { type Resources, reference } from './small-shop.ts'

/**
 * For each of our own rules resources that break it (`breaks_…`) and others that keep it (`keeps_…`): one
 * deviation each from what is safe, so that each breaks one rule only.
 */

type Body = Readonly<Record<string, unknown>>

const allow = (statement: Body): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Resource: '*', ...statement }],
  })

const ingress = (changes: Body): Body => ({
  security_group_id: 'sg-00000000000000001',
  ip_protocol: 'tcp',
  from_port: 5432,
  to_port: 5432,
  ...changes,
})
const key = 'arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000001'
const database = (changes: Body): Body => ({
  engine: 'postgres',
  instance_class: 'db.t4g.medium',
  allocated_storage: 20,
  username: 'shop',
  manage_master_user_password: true,
  storage_encrypted: true,
  backup_retention_period: 7,
  publicly_accessible: false,
  ...changes,
})
const cluster = (vpc: Body, changes: Body = {}): Body => ({
  name: 'shop',
  role_arn: 'arn:aws:iam::000000000000:role/cluster',
  enabled_cluster_log_types: ['api', 'audit'],
  encryption_config: [{ resources: ['secrets'], provider: [{ key_arn: key }] }],
  vpc_config: [
    {
      subnet_ids: ['subnet-1', 'subnet-2'],
      endpoint_public_access: false,
      ...vpc,
    },
  ],
  ...changes,
})
const cache = (changes: Body): Body => ({
  replication_group_id: 'shop',
  description: 'The cache',
  node_type: 'cache.t4g.micro',
  at_rest_encryption_enabled: true,
  transit_encryption_enabled: true,
  ...changes,
})
const template = (metadata: Body, volume: Body): Body => ({
  name: 'nodes',
  metadata_options: [{ http_tokens: 'required', ...metadata }],
  block_device_mappings: [
    {
      device_name: '/dev/xvda',
      ebs: [{ encrypted: 'true', volume_type: 'gp3', ...volume }],
    },
  ],
})
const logGroup = (changes: Body): Body => ({
  name: '/shop/x',
  retention_in_days: 365,
  kms_key_id: key,
  ...changes,
})
const repository = (changes: Body): Body => ({
  name: 'shop/users',
  image_tag_mutability: 'IMMUTABLE',
  image_scanning_configuration: [{ scan_on_push: true }],
  ...changes,
})
const parameters = (value: string | null): Body => ({
  name: 'shop-postgres15',
  family: 'postgres15',
  parameter: [{ name: 'log_statement', value: 'ddl' }, ...(value === null ? [] : [{ name: 'rds.force_ssl', value }])],
})
const secret = (changes: Body = {}): Body => ({
  name: 'shop/mail',
  kms_key_id: key,
  ...changes,
})
const func = (variables: Body): Body => ({
  function_name: 'rotation',
  role: 'arn:aws:iam::000000000000:role/rotation',
  runtime: 'nodejs22.x',
  handler: 'index.handler',
  s3_bucket: 'code',
  s3_key: 'rotation.zip',
  environment: [{ variables }],
})

const bucketNames = [
  'keeps_bucket',
  'breaks_public_bucket_without_block',
  'breaks_public_bucket_half_blocked',
  'breaks_unencrypted_bucket',
  'breaks_unversioned_bucket_without',
  'breaks_unversioned_bucket_suspended',
]
/** What belongs to a bucket, for all but those that break a rule by its absence. */
const forBuckets = (body: (name: string) => Body, except: readonly string[]): Readonly<Record<string, Body>> =>
  Object.fromEntries(
    bucketNames
      .filter((name) => !except.includes(name))
      .map((name) => [name, { bucket: `\${aws_s3_bucket.${name}.id}`, ...body(name) }]),
  )

export const ruleCases: Resources = {
  aws_vpc_security_group_ingress_rule: {
    breaks_public_ingress: ingress({ cidr_ipv4: '0.0.0.0/0' }),
    breaks_public_ingress_ipv6: ingress({ cidr_ipv6: '::/0' }),
    breaks_public_ingress_half_the_world: ingress({ cidr_ipv4: '128.0.0.0/1' }),
    keeps_public_ingress: ingress({
      referenced_security_group_id: 'sg-00000000000000002',
    }),
    keeps_public_ingress_own_network: ingress({ cidr_ipv4: '10.0.0.0/16' }),
  },
  aws_security_group_rule: {
    breaks_public_ingress: {
      type: 'ingress',
      security_group_id: 'sg-00000000000000001',
      protocol: 'tcp',
      from_port: 22,
      to_port: 22,
      cidr_blocks: ['10.0.0.0/16', '0.0.0.0/0'],
    },
    breaks_open_egress: {
      type: 'egress',
      security_group_id: 'sg-00000000000000001',
      protocol: '-1',
      from_port: 0,
      to_port: 0,
      cidr_blocks: ['0.0.0.0/0'],
    },
  },
  aws_security_group: {
    breaks_public_ingress: {
      name: 'inline',
      vpc_id: 'vpc-1',
      ingress: [
        {
          description: 'All',
          cidr_blocks: ['0.0.0.0/0'],
          from_port: 6379,
          to_port: 6379,
          protocol: 'tcp',
          ipv6_cidr_blocks: [],
          prefix_list_ids: [],
          security_groups: [],
          self: false,
        },
      ],
    },
    keeps_public_ingress: { name: 'empty', vpc_id: 'vpc-1' },
  },
  aws_vpc_security_group_egress_rule: {
    breaks_open_egress: {
      security_group_id: 'sg-00000000000000001',
      ip_protocol: '-1',
      cidr_ipv4: '0.0.0.0/0',
    },
    keeps_open_egress: ingress({
      cidr_ipv4: '0.0.0.0/0',
      from_port: 443,
      to_port: 443,
    }),
    keeps_open_egress_own_network: {
      security_group_id: 'sg-00000000000000001',
      ip_protocol: '-1',
      cidr_ipv4: '10.0.0.0/16',
    },
  },
  aws_subnet: {
    breaks_subnet_gives_public_addresses: {
      vpc_id: 'vpc-1',
      cidr_block: '10.0.0.0/24',
      map_public_ip_on_launch: true,
    },
    keeps_subnet_gives_public_addresses: {
      vpc_id: 'vpc-1',
      cidr_block: '10.0.1.0/24',
    },
  },
  aws_db_instance: {
    breaks_public_database: database({ publicly_accessible: true }),
    breaks_unencrypted_database: database({ storage_encrypted: false }),
    breaks_unencrypted_database_by_default: database({
      storage_encrypted: null,
    }),
    breaks_backups_below_recovery_point: database({
      backup_retention_period: 0,
    }),
    breaks_backups_below_recovery_point_days: database({
      backup_retention_period: 3,
    }),
    breaks_secret_in_state: database({
      manage_master_user_password: null,
      password: 'canary-database-password',
    }),
    keeps_database: database({}),
  },
  aws_db_parameter_group: {
    breaks_database_without_tls: parameters('0'),
    breaks_database_without_tls_unsaid: parameters(null),
    keeps_database_without_tls: parameters('1'),
  },
  aws_elasticache_replication_group: {
    breaks_unencrypted_cache: cache({ at_rest_encryption_enabled: false }),
    breaks_cache_without_tls: cache({ transit_encryption_enabled: null }),
    keeps_cache: cache({}),
  },
  aws_eks_cluster: {
    breaks_public_cluster_endpoint: cluster({
      endpoint_public_access: true,
      public_access_cidrs: ['0.0.0.0/0'],
    }),
    keeps_public_cluster_endpoint_listed: cluster({
      endpoint_public_access: true,
      public_access_cidrs: ['203.0.113.0/24'],
    }),
    breaks_unencrypted_cluster_secrets: cluster({}, { encryption_config: null }),
    breaks_cluster_without_audit_log: cluster({}, { enabled_cluster_log_types: ['api'] }),
    keeps_cluster: cluster({}),
  },
  aws_launch_template: {
    breaks_instance_metadata_v1: template({ http_tokens: 'optional' }, {}),
    breaks_unencrypted_volume: template({}, { encrypted: 'false' }),
    keeps_template: template({}, {}),
  },
  aws_ebs_volume: {
    breaks_unencrypted_volume: { availability_zone: 'us-east-1a', size: 1 },
    keeps_unencrypted_volume: {
      availability_zone: 'us-east-1a',
      size: 1,
      encrypted: true,
    },
  },
  aws_s3_bucket: Object.fromEntries(bucketNames.map((name) => [name, { bucket: name.replaceAll('_', '-') }])),
  aws_s3_bucket_public_access_block: forBuckets(
    (name) => ({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: name !== 'breaks_public_bucket_half_blocked',
    }),
    ['breaks_public_bucket_without_block'],
  ),
  aws_s3_bucket_server_side_encryption_configuration: forBuckets(
    () => ({
      rule: [
        {
          apply_server_side_encryption_by_default: [{ sse_algorithm: 'aws:kms' }],
        },
      ],
    }),
    ['breaks_unencrypted_bucket'],
  ),
  aws_s3_bucket_versioning: forBuckets(
    (name) => ({
      versioning_configuration: [
        {
          status: name === 'breaks_unversioned_bucket_suspended' ? 'Suspended' : 'Enabled',
        },
      ],
    }),
    ['breaks_unversioned_bucket_without'],
  ),
  aws_s3_bucket_policy: {
    breaks_wildcard_principal: {
      bucket: 'x',
      policy: allow({ Principal: '*', Action: 's3:GetObject' }),
    },
    breaks_wildcard_principal_over_tls: {
      bucket: 'x',
      policy: allow({
        Principal: { AWS: ['*'] },
        Action: 's3:GetObject',
        Condition: { Bool: { 'aws:SecureTransport': 'true' } },
      }),
    },
    breaks_wildcard_principal_but_one: {
      bucket: 'x',
      policy: allow({
        NotPrincipal: { AWS: 'arn:aws:iam::000000000000:role/x' },
        Action: 's3:GetObject',
      }),
    },
    keeps_wildcard_principal_of_the_account: {
      bucket: 'x',
      policy: allow({
        Principal: '*',
        Action: 's3:GetObject',
        Condition: { StringEquals: { 'aws:PrincipalAccount': '000000000000' } },
      }),
    },
    keeps_wildcard_principal_denied: {
      bucket: 'x',
      policy: allow({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    },
  },
  aws_iam_role_policy: {
    breaks_wildcard_action: { role: 'x', policy: allow({ Action: '*' }) },
    breaks_wildcard_action_of_a_service: {
      role: 'x',
      policy: allow({ Action: ['s3:GetObject', 'sqs:*'] }),
    },
    breaks_wildcard_action_all_but: {
      role: 'x',
      policy: allow({ NotAction: 'iam:*' }),
    },
    keeps_wildcard_action: {
      role: 'x',
      policy: allow({ Action: ['s3:GetObject', 's3:ListBucket'] }),
    },
  },
  aws_iam_role_policy_attachment: {
    breaks_wildcard_action_by_name: {
      role: 'x',
      policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    },
    keeps_wildcard_action_by_name: {
      role: 'x',
      policy_arn: 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy',
    },
  },
  aws_kms_key: {
    breaks_key_without_rotation: { description: 'A' },
    keeps_key_without_rotation: { description: 'B', enable_key_rotation: true },
    keeps_key_without_rotation_asymmetric: {
      description: 'C',
      customer_master_key_spec: 'RSA_2048',
    },
    keeps_wildcard_action: {
      description: 'D',
      enable_key_rotation: true,
      policy: allow({
        Principal: { AWS: 'arn:aws:iam::000000000000:root' },
        Action: 'kms:*',
      }),
    },
  },
  aws_cloudwatch_log_group: {
    breaks_log_group_without_end: logGroup({ retention_in_days: null }),
    breaks_log_group_without_key: logGroup({ kms_key_id: null }),
    keeps_log_group: logGroup({}),
  },
  aws_secretsmanager_secret: {
    breaks_secret_without_key: secret({ kms_key_id: null }),
    keeps_secret_without_key: secret(),
  },
  aws_secretsmanager_secret_version: {
    breaks_secret_in_state: {
      secret_id: 'shop/mail',
      secret_string: 'canary-secret-string',
    },
    keeps_secret_in_state: {
      secret_id: 'shop/mail',
      secret_string_wo: 'canary-write-only',
      secret_string_wo_version: 1,
    },
  },
  aws_lambda_function: {
    breaks_secret_in_the_clear: func({
      DATABASE_PASSWORD: 'canary-lambda-password',
    }),
    breaks_secret_in_the_clear_by_shape: func({
      UPSTREAM: 'postgres://shop:canary-in-a-url@database/shop',
    }),
    keeps_secret_in_the_clear: func({
      LOG_LEVEL: 'info',
      PASSWORD_SECRET_NAME: 'shop/mail',
    }),
  },
  aws_ecr_repository: {
    breaks_mutable_image_tags: repository({ image_tag_mutability: 'MUTABLE' }),
    breaks_images_without_scan: repository({
      image_scanning_configuration: [{ scan_on_push: false }],
    }),
    keeps_repository: repository({}),
  },
}

/** Made with a provider that adds no tags. */
export const tagCases: Resources = {
  aws_vpc: {
    breaks_missing_tags: {
      cidr_block: '10.0.0.0/16',
      tags: { Project: 'ecommerce', Environment: 'prod' },
    },
    breaks_missing_tags_all: { cidr_block: '10.1.0.0/16' },
    keeps_missing_tags: {
      cidr_block: '10.2.0.0/16',
      tags: {
        Project: 'ecommerce',
        Environment: 'prod',
        ManagedBy: 'shopctl',
        CostCenter: 'shop',
        Name: 'shop',
      },
    },
  },
  aws_route_table_association: {
    keeps_missing_tags_untaggable: {
      subnet_id: 'subnet-1',
      route_table_id: 'rtb-1',
    },
  },
}

/** Secrets in all the places in which a plan can hold one: sensitive variables, also inside JSON, and outputs. */
export const secretCases = {
  variable: {
    mail_password: { sensitive: true, default: 'canary-variable' },
    plain: { default: 'canary-is-allowed-here' },
  },
  resource: {
    aws_s3_bucket_policy: {
      inside_json: {
        bucket: 'x',
        policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: reference('var.mail_password') },
              Action: 's3:GetObject',
              Resource: '*',
            },
          ],
        }),
      },
    },
    aws_secretsmanager_secret_version: {
      whole: {
        secret_id: 'shop/mail',
        secret_string: reference('jsonencode({password = var.mail_password})'),
      },
    },
    aws_security_group: {
      described: {
        name: 'x',
        vpc_id: 'vpc-1',
        description: reference('var.mail_password'),
      },
    },
    aws_lambda_function: {
      half: func({ LOG_LEVEL: 'info', MAIL: reference('var.mail_password') }),
    },
  } satisfies Resources,
  output: {
    mail: { value: reference('var.mail_password'), sensitive: true },
    group: { value: reference('aws_security_group.described.name') },
  },
}
