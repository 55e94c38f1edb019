import { valueAt } from '../planned-stack.ts'
import type { Rule } from '../rule.ts'

export const registryRules: readonly Rule[] = [
  {
    id: 'mutable-image-tags',
    severity: 'medium',
    exposes: false,
    types: ['aws_ecr_repository'],
    reads: ['image_tag_mutability'],
    remedy: 'set imageTagMutability to IMMUTABLE',
    breach: ({ values }) =>
      values.image_tag_mutability === 'IMMUTABLE' ? null : 'An image could be replaced behind the tag that was tested.',
  },
  {
    id: 'images-without-scan',
    severity: 'medium',
    exposes: false,
    types: ['aws_ecr_repository'],
    reads: ['image_scanning_configuration'],
    remedy: 'set imageScanningConfiguration.scanOnPush',
    breach: ({ values }) =>
      valueAt(values, 'image_scanning_configuration.0.scan_on_push') === true
        ? null
        : 'Images would not be scanned when they arrive.',
  },
]
