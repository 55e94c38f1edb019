import type { Rule } from '../rule.ts'

export const keyAndLogRules: readonly Rule[] = [
  {
    id: 'key-without-rotation',
    severity: 'medium',
    exposes: false,
    types: ['aws_kms_key'],
    reads: ['enable_key_rotation'],
    remedy: 'set enableKeyRotation',
    breach: ({ values }) => {
      const spec = values.customer_master_key_spec ?? 'SYMMETRIC_DEFAULT'
      if (values.enable_key_rotation === true || spec !== 'SYMMETRIC_DEFAULT') return null
      return 'The key would stay the same for ever: it does not rotate.'
    },
  },
  {
    id: 'secret-without-key',
    severity: 'medium',
    exposes: false,
    types: ['aws_secretsmanager_secret'],
    reads: ['kms_key_id'],
    remedy: 'give the secret the key of the secrets (kmsKeyId)',
    breach: ({ values }) =>
      values.kms_key_id ? null : 'Whoever may read the secret may decrypt it: it has no key of its own.',
  },
  {
    id: 'log-group-without-end',
    severity: 'medium',
    exposes: false,
    types: ['aws_cloudwatch_log_group'],
    reads: ['retention_in_days'],
    remedy: 'set retentionInDays',
    breach: ({ values }) =>
      Number(values.retention_in_days ?? 0) > 0 ? null : 'Its lines would be kept, and paid for, for ever.',
  },
  {
    id: 'log-group-without-key',
    severity: 'medium',
    exposes: false,
    types: ['aws_cloudwatch_log_group'],
    reads: ['kms_key_id'],
    remedy: 'give the log group the key of the logs (kmsKeyId)',
    breach: ({ values }) => (values.kms_key_id ? null : 'Its lines are encrypted with no key of ours.'),
  },
]
