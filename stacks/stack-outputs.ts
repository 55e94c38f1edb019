/** What later steps read of a stack (I-13). Names stay: `deploy`, `secrets` and people's scripts hold on to them. */

export const shopOutputNames = [
  'region',
  'vpc_id',
  'cluster_name',
  'cluster_endpoint',
  /** PEM in base64, as a kubeconfig holds it. */
  'cluster_certificate_authority',
  'cluster_oidc_provider_arn',
  'database_address',
  'database_port',
  /** The master's login, which RDS keeps itself. */
  'database_master_secret_arn',
  'cache_address',
  'cache_reader_address',
  'cache_port',
  'cache_user_name',
  /** By `uploads`, `product-images`, `order-documents`, `access-logs`. */
  'bucket_names',
  /** By the names of secret-names.ts. */
  'secret_arns',
  /** By `logs`, `cluster`, `database`, `cache`, `secrets`, `storage`. */
  'key_arns',
  'deployer_role_arn',
] as const
export type ShopOutputName = (typeof shopOutputNames)[number]

export const registryOutputNames = [
  /** By service: `<registry host>/<repository>`. */
  'repository_urls',
  'registry_key_arn',
] as const
export type RegistryOutputName = (typeof registryOutputNames)[number]

export const stateOutputNames = ['state_bucket', 'state_key_arn'] as const
export type StateOutputName = (typeof stateOutputNames)[number]
