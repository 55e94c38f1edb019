/** One of each kind of resource that the stacks use, small: what the plans of this folder were made from. */

export type Resources = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>

const region = 'us-east-1'

/** `aws_vpc.main.id` → what Terraform puts in its place. */
export const reference = (expression: string): string => `\${${expression}}`

const trust = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
      },
    ],
  })

/** Everything that is named follows `name`, as with the stacks of this repository. */
export const smallShop = (name: string): Resources => ({
  aws_vpc: { main: { cidr_block: '10.9.0.0/16', enable_dns_hostnames: true } },
  aws_subnet: Object.fromEntries(
    ['a', 'b'].map((zone, index) => [
      zone,
      {
        vpc_id: reference('aws_vpc.main.id'),
        cidr_block: `10.9.${index}.0/24`,
        availability_zone: `${region}${zone}`,
      },
    ]),
  ),
  aws_internet_gateway: { main: { vpc_id: reference('aws_vpc.main.id') } },
  aws_eip: { nat: { domain: 'vpc' } },
  aws_nat_gateway: {
    a: {
      allocation_id: reference('aws_eip.nat.id'),
      subnet_id: reference('aws_subnet.a.id'),
    },
  },
  aws_route_table: { private: { vpc_id: reference('aws_vpc.main.id') } },
  aws_route: {
    out: {
      route_table_id: reference('aws_route_table.private.id'),
      destination_cidr_block: '0.0.0.0/0',
      nat_gateway_id: reference('aws_nat_gateway.a.id'),
    },
  },
  aws_security_group: {
    database: {
      name: `${name}-database`,
      description: 'The database',
      vpc_id: reference('aws_vpc.main.id'),
    },
    nodes: {
      name: `${name}-nodes`,
      description: 'The nodes',
      vpc_id: reference('aws_vpc.main.id'),
    },
  },
  aws_vpc_security_group_ingress_rule: {
    database_from_nodes: {
      security_group_id: reference('aws_security_group.database.id'),
      referenced_security_group_id: reference('aws_security_group.nodes.id'),
      ip_protocol: 'tcp',
      from_port: 5432,
      to_port: 5432,
      description: 'PostgreSQL from the nodes',
    },
  },
  aws_kms_key: {
    shop: {
      description: `Data of ${name}`,
      enable_key_rotation: true,
      deletion_window_in_days: 30,
    },
  },
  aws_db_subnet_group: {
    main: {
      name: `${name}-database`,
      subnet_ids: [reference('aws_subnet.a.id'), reference('aws_subnet.b.id')],
    },
  },
  aws_db_parameter_group: {
    main: {
      name: `${name}-postgres15`,
      family: 'postgres15',
      parameter: [
        { name: 'log_statement', value: 'ddl', apply_method: 'immediate' },
        { name: 'rds.force_ssl', value: '1', apply_method: 'immediate' },
      ],
    },
  },
  aws_db_instance: {
    main: {
      identifier: `${name}-database`,
      engine: 'postgres',
      engine_version: '15',
      instance_class: 'db.t4g.medium',
      allocated_storage: 20,
      storage_type: 'gp3',
      storage_encrypted: true,
      kms_key_id: reference('aws_kms_key.shop.arn'),
      username: 'shop',
      manage_master_user_password: true,
      backup_retention_period: 7,
      deletion_protection: true,
      skip_final_snapshot: false,
      final_snapshot_identifier: `${name}-last`,
      db_subnet_group_name: reference('aws_db_subnet_group.main.name'),
      parameter_group_name: reference('aws_db_parameter_group.main.name'),
      vpc_security_group_ids: [reference('aws_security_group.database.id')],
      copy_tags_to_snapshot: true,
    },
  },
  aws_s3_bucket: { uploads: { bucket: `${name}-uploads` } },
  aws_s3_bucket_public_access_block: {
    uploads: {
      bucket: reference('aws_s3_bucket.uploads.id'),
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    },
  },
  aws_s3_bucket_versioning: {
    uploads: {
      bucket: reference('aws_s3_bucket.uploads.id'),
      versioning_configuration: [{ status: 'Enabled' }],
    },
  },
  aws_s3_bucket_server_side_encryption_configuration: {
    uploads: {
      bucket: reference('aws_s3_bucket.uploads.id'),
      rule: [
        {
          bucket_key_enabled: true,
          apply_server_side_encryption_by_default: [
            {
              sse_algorithm: 'aws:kms',
              kms_master_key_id: reference('aws_kms_key.shop.arn'),
            },
          ],
        },
      ],
    },
  },
  aws_secretsmanager_secret: {
    mail: {
      name: `shop/${name}/mail`,
      description: 'The mail server',
      kms_key_id: reference('aws_kms_key.shop.arn'),
      recovery_window_in_days: 30,
    },
  },
  aws_ecr_repository: {
    users: {
      name: `${name}/users`,
      image_tag_mutability: 'IMMUTABLE',
      image_scanning_configuration: [{ scan_on_push: true }],
      encryption_configuration: [{ encryption_type: 'KMS', kms_key: reference('aws_kms_key.shop.arn') }],
    },
  },
  aws_cloudwatch_log_group: {
    cluster: {
      name: `/aws/eks/${name}/cluster`,
      retention_in_days: 365,
      kms_key_id: reference('aws_kms_key.shop.arn'),
    },
  },
  aws_iam_role: {
    cluster: {
      name: `${name}-cluster`,
      assume_role_policy: trust('eks.amazonaws.com'),
    },
    nodes: {
      name: `${name}-nodes`,
      assume_role_policy: trust('ec2.amazonaws.com'),
    },
  },
  aws_iam_role_policy_attachment: {
    cluster: {
      role: reference('aws_iam_role.cluster.name'),
      policy_arn: 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy',
    },
  },
  aws_eks_cluster: {
    main: {
      name,
      version: '1.34',
      role_arn: reference('aws_iam_role.cluster.arn'),
      enabled_cluster_log_types: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
      bootstrap_self_managed_addons: false,
      access_config: [
        {
          authentication_mode: 'API',
          bootstrap_cluster_creator_admin_permissions: false,
        },
      ],
      encryption_config: [
        {
          resources: ['secrets'],
          provider: [{ key_arn: reference('aws_kms_key.shop.arn') }],
        },
      ],
      vpc_config: [
        {
          subnet_ids: [reference('aws_subnet.a.id'), reference('aws_subnet.b.id')],
          endpoint_private_access: true,
          endpoint_public_access: false,
        },
      ],
      depends_on: ['aws_cloudwatch_log_group.cluster'],
    },
  },
  aws_eks_node_group: {
    steady: {
      cluster_name: reference('aws_eks_cluster.main.name'),
      node_group_name: 'steady',
      node_role_arn: reference('aws_iam_role.nodes.arn'),
      subnet_ids: [reference('aws_subnet.a.id'), reference('aws_subnet.b.id')],
      instance_types: ['t3.large'],
      scaling_config: [{ min_size: 2, desired_size: 2, max_size: 5 }],
      lifecycle: { ignore_changes: ['scaling_config[0].desired_size'] },
    },
  },
  aws_eks_addon: {
    dns: {
      cluster_name: reference('aws_eks_cluster.main.name'),
      addon_name: 'coredns',
      depends_on: ['aws_eks_node_group.steady'],
    },
  },
  aws_elasticache_subnet_group: {
    main: {
      name: `${name}-cache`,
      subnet_ids: [reference('aws_subnet.a.id'), reference('aws_subnet.b.id')],
    },
  },
  aws_elasticache_replication_group: {
    main: {
      replication_group_id: `${name}-cache`,
      description: 'The cache',
      engine: 'redis',
      engine_version: '7.1',
      node_type: 'cache.t4g.micro',
      num_cache_clusters: 1,
      at_rest_encryption_enabled: true,
      transit_encryption_enabled: true,
      kms_key_id: reference('aws_kms_key.shop.arn'),
      snapshot_retention_limit: 7,
      subnet_group_name: reference('aws_elasticache_subnet_group.main.name'),
    },
  },
})

const tags = {
  Project: 'ecommerce',
  Environment: 'small',
  ManagedBy: 'shopctl',
  CostCenter: 'shop',
}

/** A folder's main.tf.json: `offline` never calls AWS, `emulator` follows AWS_ENDPOINT_URL. */
export const stackFile = (resource: Resources, { place }: { readonly place: 'offline' | 'emulator' }) => ({
  terraform: {
    required_providers: {
      aws: { source: 'hashicorp/aws', version: '5.100.0' },
    },
    backend: { local: { path: 'terraform.tfstate' } },
  },
  provider: {
    aws: [
      {
        region,
        default_tags: [{ tags }],
        ...(place === 'offline' && {
          access_key: 'offline',
          secret_key: 'offline',
          skip_credentials_validation: true,
          skip_requesting_account_id: true,
          skip_metadata_api_check: 'true',
        }),
      },
    ],
  },
  resource,
})
