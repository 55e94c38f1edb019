import { isOpenToAll, isWithin } from '../is-open-to-all.ts'
import { isTrue, recordsOf, textsOf, valueAt } from '../planned-stack.ts'
import type { Rule } from '../rule.ts'

const access = (values: unknown): { readonly isPublic: boolean; readonly cidrs: readonly string[] } => ({
  isPublic: valueAt(values, 'vpc_config.0.endpoint_public_access') === true,
  cidrs: textsOf(valueAt(values, 'vpc_config.0.public_access_cidrs')),
})

/** AWS takes the whole internet where no range is named. */
const isEverywhere = (cidrs: readonly string[]): boolean => cidrs.length === 0 || cidrs.some(isOpenToAll)

export const clusterRules: readonly Rule[] = [
  {
    id: 'public-cluster-endpoint',
    severity: 'critical',
    exposes: true,
    types: ['aws_eks_cluster'],
    reads: ['vpc_config'],
    remedy: 'list the ranges in clusterAccess of stacks/installations.ts, or leave it empty',
    breach: ({ values }) => {
      const { isPublic, cidrs } = access(values)
      if (!isPublic || !isEverywhere(cidrs)) return null
      return `Anyone on the internet could reach the API of the cluster: it lets ${cidrs.join(', ') || '0.0.0.0/0'} in.`
    },
  },
  {
    id: 'wider-cluster-endpoint',
    severity: 'high',
    exposes: true,
    types: ['aws_eks_cluster'],
    reads: ['vpc_config'],
    remedy: 'take the range out of clusterAccess in stacks/installations.ts, or waive it with who needs it',
    breach: ({ before, values }) => {
      const [was, will] = [access(before), access(values)]
      if (before === null || !will.isPublic || isEverywhere(will.cidrs)) return null
      const known = was.isPublic ? (was.cidrs.length === 0 ? ['0.0.0.0/0', '::/0'] : was.cidrs) : []
      const added = will.cidrs.filter((cidr) => !known.some((one) => isWithin(cidr, one)))
      return added.length === 0 ? null : `More of the internet could reach the API of the cluster: ${added.join(', ')}.`
    },
  },
  {
    id: 'unencrypted-cluster-secrets',
    severity: 'high',
    exposes: false,
    types: ['aws_eks_cluster'],
    reads: ['encryption_config'],
    remedy: 'give the cluster encryptionConfig for secrets with its key',
    breach: ({ values }) => {
      const encrypted = recordsOf(values.encryption_config).flatMap(({ resources }) => textsOf(resources))
      return encrypted.includes('secrets') ? null : 'Secrets of the cluster lie unencrypted in its store.'
    },
  },
  {
    id: 'cluster-without-audit-log',
    severity: 'medium',
    exposes: false,
    types: ['aws_eks_cluster'],
    reads: ['enabled_cluster_log_types'],
    remedy: 'name audit in enabledClusterLogTypes',
    breach: ({ values }) =>
      textsOf(values.enabled_cluster_log_types).includes('audit')
        ? null
        : 'Nobody could tell afterwards who did what in the cluster: its audit log is off.',
  },
  {
    id: 'instance-metadata-v1',
    severity: 'high',
    exposes: false,
    types: ['aws_launch_template', 'aws_instance'],
    reads: ['metadata_options'],
    remedy: 'set metadataOptions.httpTokens to required',
    breach: ({ values }) =>
      valueAt(values, 'metadata_options.0.http_tokens') === 'required'
        ? null
        : 'A forged request from a machine could get the credentials of its role: version 1 of the metadata answers.',
  },
  {
    id: 'unencrypted-volume',
    severity: 'high',
    exposes: false,
    types: ['aws_launch_template', 'aws_ebs_volume'],
    reads: ['block_device_mappings', 'encrypted'],
    remedy: 'set encrypted on the volume',
    breach: ({ type, values }) => {
      const volumes =
        type === 'aws_ebs_volume'
          ? [values]
          : recordsOf(values.block_device_mappings).flatMap(({ ebs }) => recordsOf(ebs))
      return volumes.every(({ encrypted }) => isTrue(encrypted))
        ? null
        : 'What is on the volume lies there unencrypted.'
    },
  },
]
