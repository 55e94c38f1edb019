import type { Construct } from 'constructs'
import { AwsStack } from './aws-stack.ts'
import type { InstallationFacts } from './installations.ts'
import { Keys } from './keys.ts'
import { Network } from './network.ts'

/** Everything of one installation in one state: one plan, one verdict, one approval. */
export class ShopStack extends AwsStack {
  constructor(scope: Construct, request: { readonly facts: InstallationFacts; readonly backend: 'local' | 's3' }) {
    const { facts } = request
    super(scope, { reference: { kind: 'shop', installation: facts.name }, ...request })
    const keys = new Keys(this, facts)
    const network = new Network(this, facts, { logsKey: keys.logs })
    this.output('vpc_id', network.vpcId)
    this.output('key_arns', keys.arns())
  }
}
