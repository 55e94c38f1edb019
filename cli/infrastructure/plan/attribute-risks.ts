import type { Risk } from '../plan-verdict.ts'
import type { Step } from './attribute-changes.ts'
import { isEmpty, type Shown } from './veil.ts'

export type AttributeRisk = {
  readonly type: string
  /** Indexes of lists left out: `parameter.value`. A path stands for all below it. */
  readonly path: string
  readonly kind: Extract<Risk['kind'], 'data-loss' | 'outage'>
  readonly when: (from: Shown, to: Shown) => boolean
  /** `attribute` reads another attribute of the resource as it will be. */
  readonly what: (attribute: (name: string) => Shown) => string
}

const changes = () => true
const falls = (from: Shown, to: Shown): boolean => Number(from) > (isEmpty(to) ? 0 : Number(to))
/** Log groups: no retention means for ever. */
const fallsFromForEver = (from: Shown, to: Shown): boolean => Number(to) > 0 && (Number(from) === 0 || falls(from, to))
const switchedOn = (_: Shown, to: Shown): boolean => to === true || to === 'true'
const switchedOff = (from: Shown, to: Shown): boolean => switchedOn(to, from) && !switchedOn(from, to)
const leaves =
  (value: string) =>
  (from: Shown): boolean =>
    from === value

type Row = readonly [path: string, when: AttributeRisk['when'], what: string | AttributeRisk['what']]

const rows = (type: string, kind: AttributeRisk['kind'], list: readonly Row[]): readonly AttributeRisk[] =>
  list.map(([path, when, what]) => ({ type, kind, path, when, what: typeof what === 'string' ? () => what : what }))

/** Figures of AWS: a standby takes over in 60–120 s; one instance alone is down while it is changed. */
const databaseDown =
  (change: string): AttributeRisk['what'] =>
  (attribute) =>
    attribute('multi_az') === true
      ? `${change}: about 1 to 2 minutes without a database while the standby takes over.`
      : `${change}: about 5 to 10 minutes without a database, because it has no standby.`

export const attributeRisks: readonly AttributeRisk[] = [
  ...rows('aws_db_instance', 'data-loss', [
    ['skip_final_snapshot', switchedOn, 'No last snapshot would be taken any more when the database is deleted.'],
    ['backup_retention_period', falls, 'Backups of the database older than the new limit would be deleted.'],
    ['deletion_protection', switchedOff, 'The database could be deleted from then on: its protection goes.'],
    ['delete_automated_backups', switchedOn, 'Its backups would be deleted together with the database.'],
  ]),
  ...rows('aws_rds_cluster', 'data-loss', [
    ['skip_final_snapshot', switchedOn, 'No last snapshot would be taken any more when the database is deleted.'],
    ['backup_retention_period', falls, 'Backups of the database older than the new limit would be deleted.'],
    ['deletion_protection', switchedOff, 'The database could be deleted from then on: its protection goes.'],
  ]),
  ...rows('aws_elasticache_replication_group', 'data-loss', [
    ['snapshot_retention_limit', falls, 'Snapshots of the cache older than the new limit would be deleted.'],
  ]),
  ...rows('aws_s3_bucket', 'data-loss', [
    ['force_destroy', switchedOn, 'The bucket could be deleted with all its files from then on.'],
  ]),
  ...rows('aws_s3_bucket_versioning', 'data-loss', [
    [
      'versioning_configuration.status',
      leaves('Enabled'),
      'Files in the bucket that are overwritten or deleted from then on would be lost: no older version is kept.',
    ],
  ]),
  ...rows('aws_s3_bucket_lifecycle_configuration', 'data-loss', [
    ['rule.expiration.days', fallsFromForEver, 'Files would be deleted sooner, those that are old enough at once.'],
    [
      'rule.noncurrent_version_expiration.noncurrent_days',
      fallsFromForEver,
      'Older versions of files would be deleted sooner, those that are old enough at once.',
    ],
  ]),
  ...rows('aws_kms_key', 'data-loss', [
    ['deletion_window_in_days', falls, 'There would be less time to call the deletion of the key back.'],
  ]),
  ...rows('aws_secretsmanager_secret', 'data-loss', [
    ['recovery_window_in_days', falls, 'There would be less time to get the secret back after its deletion.'],
  ]),
  ...rows('aws_ecr_repository', 'data-loss', [
    ['force_delete', switchedOn, 'The image repository could be deleted with all its images from then on.'],
  ]),
  ...rows('aws_cloudwatch_log_group', 'data-loss', [
    ['retention_in_days', fallsFromForEver, 'Log lines older than the new limit would be deleted.'],
  ]),
  ...rows('aws_eks_cluster', 'data-loss', [
    ['deletion_protection', switchedOff, 'The cluster could be deleted from then on: its protection goes.'],
  ]),
  ...rows('aws_db_instance', 'outage', [
    ['instance_class', changes, databaseDown('The database would change its size')],
    ['engine_version', changes, databaseDown('The database would get another version of its engine')],
    ['engine', changes, databaseDown('The database would get another engine')],
    ['db_subnet_group_name', changes, databaseDown('The database would move to other subnets')],
    ['parameter_group_name', changes, 'The database would take other settings, some of them with a restart.'],
    ['option_group_name', changes, 'The database would take other options, some of them with a restart.'],
    ['ca_cert_identifier', changes, databaseDown('The database would get a certificate of another authority')],
    ['storage_type', changes, databaseDown('The database would move to another kind of disk')],
    ['port', changes, 'The database would listen on another port: services lose it until they know it.'],
    [
      'identifier',
      changes,
      'The database would be renamed: its address changes, and services lose it until they get the new one.',
    ],
  ]),
  ...rows('aws_elasticache_replication_group', 'outage', [
    ['node_type', changes, 'The cache would change its size: some seconds without it, and slower for some minutes.'],
    ['engine_version', changes, 'The cache would get another version: some seconds to minutes without it.'],
    ['num_cache_clusters', falls, 'The cache would lose copies: with one left, nothing takes over from it.'],
    ['automatic_failover_enabled', switchedOff, 'Nothing would take over any more when the cache fails.'],
    ['transit_encryption_mode', changes, 'Services that do not speak the new mode would lose the cache.'],
    ['port', changes, 'The cache would listen on another port: services lose it until they know it.'],
  ]),
  ...rows('aws_eks_cluster', 'outage', [
    ['version', changes, 'The cluster would be upgraded: about 10 minutes with short breaks of its API; no way back.'],
    ['vpc_config.endpoint_private_access', switchedOff, 'Nodes would reach the API of the cluster over the internet.'],
    ['access_config.authentication_mode', changes, 'Another way to log in to the cluster would hold.'],
  ]),
  ...rows(
    'aws_eks_node_group',
    'outage',
    ['version', 'release_version', 'launch_template.version', 'launch_template.name', 'ami_type'].map((path) => [
      path,
      changes,
      'All nodes of the group would be replaced, some at a time: each pod on them starts anew elsewhere.',
    ]),
  ),
  ...rows('aws_kms_key', 'outage', [
    ['is_enabled', switchedOff, 'Nothing that was encrypted with the key could be read until it is switched on again.'],
  ]),
  ...rows('aws_route', 'outage', [
    ['nat_gateway_id', changes, 'Traffic would take another way, and what is open breaks.'],
    ['gateway_id', changes, 'Traffic would take another way, and what is open breaks.'],
  ]),
  ...['aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule'].flatMap((type) =>
    rows(
      type,
      'outage',
      ['cidr_ipv4', 'from_port', 'to_port', 'ip_protocol', 'referenced_security_group_id'].map((path) => [
        path,
        (from) => !isEmpty(from),
        'Traffic that only the old rule lets through would stop.',
      ]),
    ),
  ),
]

const withoutIndexes = (path: readonly Step[]): string => path.filter((step) => typeof step !== 'number').join('.')

/** The rows for a difference: its own path, or the whole that it lies in or that holds it. */
export const risksOfAttribute = (type: string, path: readonly Step[]): readonly AttributeRisk[] => {
  const wanted = withoutIndexes(path)
  return attributeRisks.filter((row) => row.type === type && (wanted === row.path || wanted.startsWith(`${row.path}.`)))
}
