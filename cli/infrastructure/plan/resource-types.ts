import type { ResourceGroup } from '../plan-verdict.ts'

/** What is known of a type. A type without a row is unknown and never counts as safe. */
export type ResourceType = {
  readonly group: ResourceGroup
  /** A whole sentence's end: what is lost with it ("all data in it is lost"). Null: it holds nothing. */
  readonly loses: string | null
  /** What users or the team notice while it is gone; null: nothing. */
  readonly interrupts: string | null
}

const plain = (group: ResourceGroup): ResourceType => ({ group, loses: null, interrupts: null })
const holds = (group: ResourceGroup, loses: string): ResourceType => ({ group, loses, interrupts: null })
const carries = (group: ResourceGroup, interrupts: string): ResourceType => ({ group, loses: null, interrupts })

const network = 'what stands on it cannot be reached until all of it is made again'
const noTraffic = 'that traffic stops until it is there again'
const noPermission = 'whoever works with it is refused until it is there again'

export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  aws_db_instance: holds('database', 'all data in it is lost'),
  aws_rds_cluster: holds('database', 'all data in it is lost'),
  aws_dynamodb_table: holds('database', 'all data in it is lost'),
  aws_db_snapshot: holds('database', 'that backup is lost'),
  aws_db_subnet_group: carries('database', 'the database has to move to other subnets, which takes it down'),
  aws_db_parameter_group: carries('database', 'the database takes new settings and may have to restart'),
  aws_db_option_group: carries('database', 'the database takes other options and may have to restart'),
  aws_elasticache_replication_group: holds('cache', 'all that it holds (sessions, carts, rate limits) is lost'),
  aws_elasticache_parameter_group: carries('cache', 'the cache takes new settings and may have to restart'),
  aws_elasticache_subnet_group: carries('cache', 'the cache has to move to other subnets, which takes it down'),
  aws_elasticache_user: carries('cache', 'services cannot log in to the cache'),
  aws_elasticache_user_group: carries('cache', 'services cannot log in to the cache'),
  aws_s3_bucket: holds('storage', 'every file and every older version in it is lost'),
  aws_s3_bucket_lifecycle_configuration: plain('storage'),
  aws_s3_bucket_logging: plain('storage'),
  aws_s3_bucket_ownership_controls: plain('storage'),
  aws_s3_bucket_policy: plain('storage'),
  aws_s3_bucket_public_access_block: plain('storage'),
  aws_s3_bucket_server_side_encryption_configuration: plain('storage'),
  aws_s3_bucket_versioning: plain('storage'),
  aws_ebs_volume: holds('storage', 'all data on it is lost'),
  aws_efs_file_system: holds('storage', 'all data on it is lost'),
  aws_kms_key: holds('keys', 'all that was encrypted with it can never be read again'),
  aws_kms_alias: carries('keys', 'what finds its key by that name cannot encrypt or decrypt'),
  aws_kms_key_policy: carries('keys', noPermission),
  aws_secretsmanager_secret: holds('secrets', 'its values are lost'),
  aws_secretsmanager_secret_policy: carries('secrets', noPermission),
  aws_secretsmanager_secret_rotation: plain('secrets'),
  aws_secretsmanager_secret_version: carries('secrets', 'services that read it get another value or none'),
  aws_lambda_function: carries('secrets', 'secrets do not rotate until it is there again'),
  aws_lambda_permission: carries('secrets', 'secrets do not rotate until it is there again'),
  aws_eks_cluster: holds('cluster', 'every release, every volume and all that runs in it is lost'),
  aws_eks_node_group: carries('cluster', 'its nodes go and every pod on them has to start on others'),
  aws_eks_addon: carries('cluster', 'what it does (DNS, network, volumes) stops in the cluster'),
  aws_eks_access_entry: carries('cluster', noPermission),
  aws_eks_access_policy_association: carries('cluster', noPermission),
  aws_eks_pod_identity_association: carries('cluster', 'pods of that service lose their AWS permissions'),
  aws_launch_template: carries('cluster', 'nodes that start meanwhile have no template'),
  aws_iam_openid_connect_provider: holds('permissions', 'trust that names it ends, and pods lose their permissions'),
  aws_iam_role: carries('permissions', noPermission),
  aws_iam_role_policy: carries('permissions', noPermission),
  aws_iam_role_policy_attachment: carries('permissions', noPermission),
  aws_iam_policy: carries('permissions', noPermission),
  aws_iam_instance_profile: carries('permissions', noPermission),
  aws_vpc: carries('network', network),
  aws_subnet: carries('network', network),
  aws_internet_gateway: carries('network', network),
  aws_nat_gateway: carries('network', 'nothing in its private subnets reaches the internet, for about 2 minutes'),
  aws_eip: holds('network', 'the address goes back to AWS, and whoever has let it in refuses the next one'),
  aws_route: carries('network', noTraffic),
  aws_route_table: carries('network', noTraffic),
  aws_route_table_association: carries('network', noTraffic),
  aws_default_route_table: plain('network'),
  aws_default_network_acl: plain('network'),
  aws_default_security_group: plain('network'),
  aws_network_acl: carries('network', noTraffic),
  aws_network_acl_rule: carries('network', noTraffic),
  aws_security_group: carries('network', noTraffic),
  aws_security_group_rule: carries('network', noTraffic),
  aws_vpc_security_group_ingress_rule: carries('network', noTraffic),
  aws_vpc_security_group_egress_rule: carries('network', noTraffic),
  aws_vpc_endpoint: carries('network', noTraffic),
  aws_vpc_endpoint_route_table_association: carries('network', noTraffic),
  aws_flow_log: plain('logs'),
  aws_cloudwatch_log_group: holds('logs', 'every log line in it is lost'),
  aws_cloudwatch_log_resource_policy: carries('logs', 'AWS services cannot write their logs'),
  aws_ecr_repository: holds('registry', 'every image in it is lost, and with it every release to roll back to'),
  aws_ecr_lifecycle_policy: plain('registry'),
  aws_ecr_repository_policy: carries('registry', noPermission),
}

export const groupOf = (type: string): ResourceGroup => resourceTypes[type]?.group ?? 'other'

const names: Readonly<Record<string, string>> = {
  aws_db_instance: 'database',
  aws_elasticache_replication_group: 'cache',
  aws_s3_bucket: 'bucket',
  aws_kms_key: 'key',
  aws_eip: 'public address',
  aws_eks_cluster: 'cluster',
  aws_nat_gateway: 'NAT gateway',
  aws_iam_openid_connect_provider: 'identity provider of the cluster',
  aws_ecr_repository: 'image repository',
  aws_secretsmanager_secret: 'secret',
  aws_secretsmanager_secret_version: 'value of the secret',
}

/** `aws_db_instance` → `database`, `aws_db_subnet_group` → `db subnet group`. */
export const typeWords = (type: string): string =>
  names[type] ?? type.replace(/^aws_(vpc_|eks_|cloudwatch_)?/, '').replaceAll('_', ' ')
