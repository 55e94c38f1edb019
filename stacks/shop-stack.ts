import type { Construct } from 'constructs'
import { AwsStack } from './aws-stack.ts'
import { Cache } from './cache.ts'
import { Cluster } from './cluster.ts'
import { Database } from './database.ts'
import { Deployer } from './deployer.ts'
import type { InstallationFacts } from './installations.ts'
import { Keys } from './keys.ts'
import { Network } from './network.ts'
import { Secrets } from './secrets.ts'
import { ServiceAccess } from './service-access.ts'
import type { ShopOutputName } from './stack-outputs.ts'
import { Storage } from './storage.ts'

/** Everything of one installation in one state: one plan, one verdict, one approval. */
export class ShopStack extends AwsStack {
  constructor(scope: Construct, request: { readonly facts: InstallationFacts; readonly backend: 'local' | 's3' }) {
    const { facts } = request
    super(scope, { reference: { kind: 'shop', installation: facts.name }, ...request })
    const keys = new Keys(this, facts)
    const network = new Network(this, facts, { logsKey: keys.logs })
    const cluster = new Cluster(this, facts, { network, keys })
    const { nodeSecurityGroupId } = cluster
    const database = new Database(this, facts, { network, keys, nodeSecurityGroupId })
    const cache = new Cache(this, facts, { network, keys, nodeSecurityGroupId })
    const storage = new Storage(this, facts, { keys })
    const secrets = new Secrets(this, facts, { network, keys, database })
    new ServiceAccess(this, facts, { cluster, cache, storage, secrets, keys })
    const deployer = new Deployer(this, facts, { cluster, keys })
    const outputs: Readonly<Record<ShopOutputName, unknown>> = {
      region: facts.region,
      vpc_id: network.vpcId,
      cluster_name: cluster.name,
      cluster_endpoint: cluster.endpoint,
      cluster_certificate_authority: cluster.certificateAuthority,
      cluster_oidc_provider_arn: cluster.oidcProviderArn,
      database_address: database.address,
      database_port: database.port,
      database_master_secret_arn: database.masterSecretArn,
      cache_address: cache.address,
      cache_reader_address: cache.readerAddress,
      cache_port: cache.port,
      cache_user_name: cache.userName,
      bucket_names: storage.names(),
      secret_arns: Object.fromEntries(secrets.arns),
      key_arns: keys.arns(),
      deployer_role_arn: deployer.roleArn,
    }
    for (const [name, value] of Object.entries(outputs)) this.output(name, value)
  }
}
