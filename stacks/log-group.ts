import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js'
import type { Construct } from 'constructs'
import type { EncryptionKey } from './encryption-key.ts'

export type LogGroupRequest = { readonly name: string; readonly key: EncryptionKey }

/**
 * Always made before what writes into it: a group that AWS makes by itself has no key and never ends. A year, so that
 * what an audit asks for is still there.
 */
export const logGroup = (scope: Construct, id: string, { name, key }: LogGroupRequest): CloudwatchLogGroup =>
  new CloudwatchLogGroup(scope, id, { name, kmsKeyId: key.arn, retentionInDays: 365 })
