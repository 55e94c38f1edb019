import { DbInstance } from '@cdktf/provider-aws/lib/db-instance/index.js'
import { DbParameterGroup } from '@cdktf/provider-aws/lib/db-parameter-group/index.js'
import { DbSubnetGroup } from '@cdktf/provider-aws/lib/db-subnet-group/index.js'
import { Construct } from 'constructs'
import type { InstallationFacts } from './installations.ts'
import type { Keys } from './keys.ts'
import { logGroup } from './log-group.ts'
import type { Network } from './network.ts'
import { role, trustService } from './permissions.ts'
import { resourceName } from './resource-name.ts'
import { ClosedSecurityGroup } from './security-group.ts'

const port = 5432
const exportedLogs = ['postgresql', 'upgrade'] as const

/** Storage grows by itself up to this many times its first size, then an alarm is better than a bill. */
const growth = 5

const parameters = [
  // A connection without TLS is refused.
  { name: 'rds.force_ssl', value: '1' },
  { name: 'log_statement', value: 'ddl' },
  { name: 'log_min_duration_statement', value: '500' },
  { name: 'shared_preload_libraries', value: 'pg_stat_statements', applyMethod: 'pending-reboot' },
]

export type DatabaseParts = { readonly network: Network; readonly keys: Keys; readonly nodeSecurityGroupId: string }

/** One PostgreSQL instance with a database for each service (NOTE-5). */
export class Database extends Construct {
  readonly address: string
  readonly port = port
  readonly masterSecretArn: string
  readonly #fence: ClosedSecurityGroup

  constructor(scope: Construct, facts: InstallationFacts, { network, keys, nodeSecurityGroupId }: DatabaseParts) {
    super(scope, 'database')
    const { postgres, protect } = facts
    const name = resourceName(facts, 'database')
    this.#fence = new ClosedSecurityGroup(this, 'access', {
      name,
      description: 'PostgreSQL of the shop',
      vpcId: network.vpcId,
    })
    this.allowFrom('nodes', { groupId: nodeSecurityGroupId, who: 'Pods' })
    const subnets = new DbSubnetGroup(this, 'subnets', {
      name,
      description: 'Subnets without a way to the internet',
      subnetIds: [...network.databaseSubnetIds],
    })
    const settings = new DbParameterGroup(this, 'parameters', {
      // The family is in the name: one in use can neither change its family nor be taken away.
      name: `${name}-postgres${postgres.version}`,
      family: `postgres${postgres.version}`,
      description: 'TLS only; slow statements and changes of tables are logged',
      parameter: parameters,
      lifecycle: { createBeforeDestroy: true },
    })
    const logs = exportedLogs.map((log) =>
      logGroup(this, `${log}-log-group`, { name: `/aws/rds/instance/${name}/${log}`, key: keys.logs }),
    )
    const monitoring = role(this, 'monitoring-role', {
      name: resourceName(facts, 'database-monitoring'),
      description: 'Sends the operating system figures of the database to CloudWatch',
      trust: trustService('monitoring.rds'),
      managed: ['service-role/AmazonRDSEnhancedMonitoringRole'],
    })
    const instance = new DbInstance(this, 'instance', {
      identifier: name,
      engine: 'postgres',
      engineVersion: postgres.version,
      instanceClass: postgres.instanceClass,
      allocatedStorage: postgres.gigabytes,
      maxAllocatedStorage: postgres.gigabytes * growth,
      storageType: 'gp3',
      storageEncrypted: true,
      kmsKeyId: keys.database.arn,
      port,
      username: 'shop_master',
      // RDS makes and rotates it in Secrets Manager: no plan and no state ever holds it.
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: keys.secrets.arn,
      iamDatabaseAuthenticationEnabled: true,
      multiAz: postgres.multiZone,
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [this.#fence.id],
      publiclyAccessible: false,
      parameterGroupName: settings.name,
      caCertIdentifier: 'rds-ca-rsa2048-g1',
      backupRetentionPeriod: postgres.backupDays,
      backupWindow: '03:00-04:00',
      maintenanceWindow: 'sun:04:30-sun:05:30',
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: !protect,
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      enabledCloudwatchLogsExports: [...exportedLogs],
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: keys.database.arn,
      performanceInsightsRetentionPeriod: 7,
      monitoringInterval: 60,
      monitoringRoleArn: monitoring.arn,
      deletionProtection: protect,
      skipFinalSnapshot: !protect,
      ...(protect ? { finalSnapshotIdentifier: `${name}-final` } : {}),
      dependsOn: [...logs, ...monitoring.ready],
      lifecycle: { preventDestroy: protect },
    })
    this.address = instance.address
    this.masterSecretArn = instance.masterUserSecret.get(0).secretArn
  }

  allowFrom(id: string, { groupId, who }: { readonly groupId: string; readonly who: string }): void {
    this.#fence.allowFrom(id, { description: `${who} use the database`, peer: { groupId }, port })
  }
}
