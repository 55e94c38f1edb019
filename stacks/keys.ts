import { Construct } from 'constructs'
import { arn } from './aws-stack.ts'
import { EncryptionKey } from './encryption-key.ts'
import type { InstallationFacts } from './installations.ts'
import type { Statement } from './permissions.ts'
import { resourceName } from './resource-name.ts'

const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'] as const

/** CloudWatch names the log group as the context of each use; it does not send SourceAccount. */
const logsMayUse = (facts: InstallationFacts): Statement => ({
  Sid: 'LogGroupsOfThisAccount',
  Effect: 'Allow',
  Principal: { Service: `logs.${facts.region}.amazonaws.com` },
  Action: use,
  Resource: '*',
  Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn('logs', facts, 'log-group:*') } },
})

/** The keys of an installation, one for each kind of data. */
export class Keys extends Construct {
  readonly logs: EncryptionKey
  readonly cluster: EncryptionKey
  readonly database: EncryptionKey
  readonly cache: EncryptionKey
  readonly secrets: EncryptionKey
  readonly storage: EncryptionKey

  constructor(scope: Construct, facts: InstallationFacts) {
    super(scope, 'keys')
    const keep = facts.protect ? 'forever' : 'until-removed'
    const key = (name: string, description: string, services: readonly Statement[] = []) =>
      new EncryptionKey(this, name, { facts, alias: resourceName(facts, name), description, keep, services })
    this.logs = key('logs', 'Log groups of the shop', [logsMayUse(facts)])
    this.cluster = key('cluster', 'Secrets in the Kubernetes cluster of the shop')
    this.database = key('database', 'Database of the shop, its backups and its performance data')
    this.cache = key('cache', 'Cache of the shop and its snapshots')
    this.secrets = key('secrets', 'Secrets of the shop in Secrets Manager')
    this.storage = key('storage', 'Buckets of the shop')
  }

  arns(): Readonly<Record<string, string>> {
    const { logs, cluster, database, cache, secrets, storage } = this
    const all = { logs, cluster, database, cache, secrets, storage }
    return Object.fromEntries(Object.entries(all).map(([name, key]) => [name, key.arn]))
  }
}
