import { ElasticacheParameterGroup } from '@cdktf/provider-aws/lib/elasticache-parameter-group/index.js'
import { ElasticacheReplicationGroup } from '@cdktf/provider-aws/lib/elasticache-replication-group/index.js'
import { ElasticacheSubnetGroup } from '@cdktf/provider-aws/lib/elasticache-subnet-group/index.js'
import { ElasticacheUser } from '@cdktf/provider-aws/lib/elasticache-user/index.js'
import { ElasticacheUserGroup } from '@cdktf/provider-aws/lib/elasticache-user-group/index.js'
import { Construct } from 'constructs'
import type { InstallationFacts } from './installations.ts'
import type { Keys } from './keys.ts'
import { logGroup } from './log-group.ts'
import type { Network } from './network.ts'
import { resourceName } from './resource-name.ts'
import { ClosedSecurityGroup } from './security-group.ts'

const port = 6379

export type CacheParts = { readonly network: Network; readonly keys: Keys; readonly nodeSecurityGroupId: string }

/** Redis for caches and limits, shared by the services. */
export class Cache extends Construct {
  readonly address: string
  readonly readerAddress: string
  readonly port = port
  readonly arn: string
  readonly userArn: string
  readonly userName: string

  constructor(scope: Construct, facts: InstallationFacts, { network, keys, nodeSecurityGroupId }: CacheParts) {
    super(scope, 'cache')
    const { redis, protect } = facts
    const name = resourceName(facts, 'cache')
    const fence = new ClosedSecurityGroup(this, 'access', {
      name,
      description: 'Redis of the shop',
      vpcId: network.vpcId,
    })
    fence.allowFrom('nodes', { description: 'Pods use the cache', peer: { groupId: nodeSecurityGroupId }, port })
    const subnets = new ElasticacheSubnetGroup(this, 'subnets', {
      name,
      description: 'Subnets without a way to the internet',
      subnetIds: [...network.databaseSubnetIds],
    })
    const family = `redis${redis.version.split('.')[0]}`
    const settings = new ElasticacheParameterGroup(this, 'parameters', {
      name: `${name}-${family}`,
      family,
      description: 'Full memory refuses writes: limits and queues must not vanish',
      parameter: [{ name: 'maxmemory-policy', value: 'noeviction' }],
      lifecycle: { createBeforeDestroy: true },
    })
    const logs = logGroup(this, 'slow-log-group', { name: `/aws/elasticache/${name}/slow-log`, key: keys.logs })
    const app = this.#appUser(resourceName(facts, 'app'))
    const users = new ElasticacheUserGroup(this, 'users', {
      userGroupId: name,
      engine: 'redis',
      userIds: [this.#switchedOffDefault(`${name}-default`).userId, app.userId],
    })
    const several = redis.nodes > 1
    const group = new ElasticacheReplicationGroup(this, 'redis', {
      replicationGroupId: name,
      description: 'Redis of the shop',
      engine: 'redis',
      engineVersion: redis.version,
      nodeType: redis.nodeType,
      numCacheClusters: redis.nodes,
      automaticFailoverEnabled: several,
      multiAzEnabled: several,
      port,
      subnetGroupName: subnets.name,
      securityGroupIds: [fence.id],
      parameterGroupName: settings.name,
      atRestEncryptionEnabled: 'true',
      kmsKeyId: keys.cache.arn,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      userGroupIds: [users.id],
      snapshotRetentionLimit: 7,
      snapshotWindow: '01:00-02:00',
      maintenanceWindow: 'sun:06:00-sun:07:00',
      autoMinorVersionUpgrade: 'true',
      ...(protect ? { finalSnapshotIdentifier: `${name}-final` } : {}),
      logDeliveryConfiguration: [
        { destination: logs.name, destinationType: 'cloudwatch-logs', logFormat: 'json', logType: 'slow-log' },
      ],
      lifecycle: { preventDestroy: protect },
    })
    this.address = group.primaryEndpointAddress
    this.readerAddress = group.readerEndpointAddress
    this.arn = group.arn
    this.userArn = app.arn
    this.userName = app.userName
  }

  /** Redis wants a user of this name in every group; this one can do nothing. */
  #switchedOffDefault(userId: string): ElasticacheUser {
    return new ElasticacheUser(this, 'default-user', {
      userId,
      userName: 'default',
      engine: 'redis',
      accessString: 'off ~* -@all',
      // By an authentication mode of this kind it never settles: the API answers with another word.
      noPasswordRequired: true,
    })
  }

  /**
   * By IAM, so that no state holds a password. A team that prefers one sets it by the API, and no plan takes it back.
   * INFO is what the services' client asks to know that the server is ready.
   */
  #appUser(name: string): ElasticacheUser {
    return new ElasticacheUser(this, 'app-user', {
      userId: name,
      userName: name,
      engine: 'redis',
      accessString: 'on ~* &* +@all -@dangerous +info',
      authenticationMode: { type: 'iam' },
      lifecycle: { ignoreChanges: ['authentication_mode', 'passwords'] },
    })
  }
}
