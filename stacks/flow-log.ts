import { FlowLog } from '@cdktf/provider-aws/lib/flow-log/index.js'
import type { Construct } from 'constructs'
import type { EncryptionKey } from './encryption-key.ts'
import type { InstallationFacts } from './installations.ts'
import { logGroup } from './log-group.ts'
import { fromAccount, role, trustService } from './permissions.ts'
import { resourceName } from './resource-name.ts'

export type FlowLogRequest = { readonly vpcId: string; readonly key: EncryptionKey }

/** Who spoke with whom, accepted or not, each minute. */
export const flowLog = (scope: Construct, facts: InstallationFacts, { vpcId, key }: FlowLogRequest): void => {
  const group = logGroup(scope, 'flow-log-group', { name: `/aws/vpc/${resourceName(facts)}/flow`, key })
  const writer = role(scope, 'flow-log-role', {
    name: resourceName(facts, 'flow-log'),
    description: 'Writes the flow log of the VPC',
    trust: trustService('vpc-flow-logs', fromAccount(facts)),
    allow: [
      {
        Sid: 'WriteFlowLog',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
        Resource: `${group.arn}:*`,
      },
    ],
  })
  new FlowLog(scope, 'flow-log', {
    vpcId,
    trafficType: 'ALL',
    maxAggregationInterval: 60,
    logDestinationType: 'cloud-watch-logs',
    logDestination: group.arn,
    iamRoleArn: writer.arn,
    tags: { Name: resourceName(facts) },
  })
}
