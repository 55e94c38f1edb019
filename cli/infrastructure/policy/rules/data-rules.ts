import { isTrue, recordsOf } from '../planned-stack.ts'
import type { Rule } from '../rule.ts'

/** R-4. Point-in-time recovery, which keeps the hour of R-2, is on from the first day of backups. */
const backupDays = 7

const databases = ['aws_db_instance', 'aws_rds_cluster'] as const

export const dataRules: readonly Rule[] = [
  {
    id: 'public-database',
    severity: 'critical',
    exposes: true,
    types: ['aws_db_instance', 'aws_rds_cluster_instance'],
    reads: ['publicly_accessible'],
    remedy: 'set publiclyAccessible to false',
    breach: ({ values }) =>
      values.publicly_accessible === true
        ? 'The database would get an address on the internet (publicly_accessible).'
        : null,
  },
  {
    id: 'unencrypted-database',
    severity: 'high',
    exposes: false,
    types: databases,
    reads: ['storage_encrypted'],
    remedy: 'set storageEncrypted and a key; AWS can do so only when the database is made',
    breach: ({ values }) =>
      values.storage_encrypted === true ? null : 'What is in the database lies there unencrypted.',
  },
  {
    id: 'backups-below-recovery-point',
    severity: 'high',
    exposes: false,
    types: databases,
    reads: ['backup_retention_period', 'replicate_source_db'],
    remedy: `set backupDays in stacks/installations.ts to ${backupDays} or more`,
    breach: ({ values }) => {
      if (values.replicate_source_db) return null
      const days = Number(values.backup_retention_period ?? 0)
      if (days === 0)
        return 'Without backups nothing brings the last hour back: there is no recovery to a point in time.'
      return days < backupDays
        ? `Only ${days === 1 ? 'the last day' : `the last ${days} days`} could be brought back; ${backupDays} are asked for.`
        : null
    },
  },
  {
    id: 'database-without-tls',
    severity: 'high',
    exposes: false,
    types: ['aws_db_parameter_group'],
    reads: ['parameter'],
    remedy: 'set the parameter rds.force_ssl to 1',
    breach: ({ values }) => {
      if (!String(values.family).startsWith('postgres')) return null
      const forced = recordsOf(values.parameter).some(({ name, value }) => name === 'rds.force_ssl' && value === '1')
      return forced ? null : 'The database would talk in the clear to who asks for it (rds.force_ssl is not 1).'
    },
  },
  {
    id: 'unencrypted-cache',
    severity: 'high',
    exposes: false,
    types: ['aws_elasticache_replication_group'],
    reads: ['at_rest_encryption_enabled'],
    remedy: 'set atRestEncryptionEnabled and a key',
    breach: ({ values }) =>
      isTrue(values.at_rest_encryption_enabled) ? null : 'What the cache writes to disk lies there unencrypted.',
  },
  {
    id: 'cache-without-tls',
    severity: 'high',
    exposes: false,
    types: ['aws_elasticache_replication_group'],
    reads: ['transit_encryption_enabled', 'transit_encryption_mode'],
    remedy: 'set transitEncryptionEnabled, with the mode required',
    breach: ({ values }) =>
      isTrue(values.transit_encryption_enabled) && values.transit_encryption_mode !== 'preferred'
        ? null
        : 'Services would talk to the cache in the clear.',
  },
]
