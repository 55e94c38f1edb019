import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function/index.js'
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission/index.js'
import type { ITerraformDependable } from 'cdktf'
import { Construct } from 'constructs'
import { arn } from './aws-stack.ts'
import type { Database } from './database.ts'
import type { InstallationFacts } from './installations.ts'
import type { Keys } from './keys.ts'
import { logGroup } from './log-group.ts'
import type { Network } from './network.ts'
import { decryptThrough, role, type Statement, trustService } from './permissions.ts'
import { resourceName } from './resource-name.ts'
import { rotationArchive } from './rotation/rotation-archive.ts'
import type { SecretName } from './secret-names.ts'
import { secretPrefixesOn } from './secret-prefixes.ts'
import { ClosedSecurityGroup } from './security-group.ts'

/** Beside cdk.tf.json, where Terraform looks for it. */
export const rotationArchiveFile = 'rotation.zip'

export type RotationFunctionParts = {
  readonly network: Network
  readonly keys: Keys
  readonly database: Database
  /** Names below every prefix of the installation. */
  readonly secrets: readonly SecretName[]
}

const permissions = (
  facts: InstallationFacts,
  { keys, database, secrets }: RotationFunctionParts,
): readonly Statement[] => [
  {
    Sid: 'RotateSecrets',
    Effect: 'Allow',
    Action: [
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ],
    // By name: Terraform does not make those of other environments, so knows no ARN. AWS ends each with six letters.
    Resource: secretPrefixesOn(facts).flatMap((prefix) =>
      secrets.map((name) => arn('secretsmanager', facts, `secret:${prefix}${name}-??????`)),
    ),
  },
  {
    Sid: 'ActAsTheDatabaseMaster',
    Effect: 'Allow',
    Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
    Resource: database.masterSecretArn,
  },
  decryptThrough('secretsmanager', keys.secrets.arn, facts),
]

/** Gives the signing keys and the databases' logins new values. It runs in the VPC, because the database is there. */
export class RotationFunction extends Construct {
  readonly arn: string
  /** Secrets Manager tries the function when a rotation is set up. */
  readonly ready: readonly ITerraformDependable[]

  constructor(scope: Construct, facts: InstallationFacts, parts: RotationFunctionParts) {
    super(scope, 'rotation')
    const { network, keys, database } = parts
    const name = resourceName(facts, 'rotation')
    const fence = new ClosedSecurityGroup(this, 'access', {
      name,
      description: 'Rotation of secrets',
      vpcId: network.vpcId,
    })
    fence.allowTo('aws', { description: 'Secrets Manager and X-Ray by HTTPS', peer: { cidr: '0.0.0.0/0' }, port: 443 })
    fence.allowTo('database', { description: 'PostgreSQL of the shop', peer: { cidr: facts.cidr }, port: 5432 })
    database.allowFrom('rotation', { groupId: fence.id, who: 'Rotations' })
    const logs = logGroup(this, 'log-group', { name: `/aws/lambda/${name}`, key: keys.logs })
    const runner = role(this, 'role', {
      name,
      description: 'Rotates secrets of the shop',
      trust: trustService('lambda'),
      managed: ['service-role/AWSLambdaVPCAccessExecutionRole', 'AWSXRayDaemonWriteAccess'],
      allow: permissions(facts, parts),
    })
    const made = new LambdaFunction(this, 'function', {
      functionName: name,
      description: 'Rotates signing keys and the logins of the databases',
      role: runner.arn,
      filename: rotationArchiveFile,
      sourceCodeHash: rotationArchive().sha256Base64,
      handler: 'index.handler',
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      memorySize: 256,
      timeout: 60,
      // Two rotations at once at most: each opens connections to the database.
      reservedConcurrentExecutions: 2,
      tracingConfig: { mode: 'Active' },
      loggingConfig: { logFormat: 'JSON', logGroup: logs.name },
      vpcConfig: { subnetIds: [...network.privateSubnetIds], securityGroupIds: [fence.id] },
      dependsOn: [...runner.ready],
    })
    this.arn = made.arn
    const permission = new LambdaPermission(this, 'permission', {
      statementId: 'SecretsManagerOfThisAccount',
      action: 'lambda:InvokeFunction',
      functionName: made.functionName,
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: facts.account,
    })
    this.ready = [permission]
  }
}
