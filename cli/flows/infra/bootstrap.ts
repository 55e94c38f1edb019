import { readStateBucket } from '../../infrastructure/aws/state-bucket.ts'
import type { Bootstrapped } from '../../infrastructure/terraform/bootstrap.ts'
import { checkPlace } from './check-place.ts'
import type { InfraMeans } from './infra-means.ts'
import { beginInfra } from './infra-steps.ts'

export type BootstrapRequest = { confirm(bucket: string): Promise<void> }

/** Makes the bucket for the states and moves its own state there; changes nothing where that was done before. */
export const bootstrap = async ({ confirm }: BootstrapRequest, means: InfraMeans): Promise<Bootstrapped> => {
  const { environment, installation, bucket } = means
  const { account, region } = installation
  const steps = beginInfra('infra bootstrap', means)
  await steps.ask('tools', () => checkPlace('account', means))
  const standing = await readStateBucket(bucket, { environment: environment.name, account, region })
  if (standing === 'missing') await confirm(bucket.bucket)
  return steps.run('bootstrap', (say) => means.bootstrap(say))
}
