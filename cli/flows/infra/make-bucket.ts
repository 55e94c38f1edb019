import type { StateBucketStanding } from '../../infrastructure/aws/state-bucket.ts'
import type { Bootstrapped } from '../../infrastructure/terraform/bootstrap.ts'
import type { Steps } from '../steps.ts'
import type { InfraMeans } from './infra-means.ts'
import { newRecord } from './open-record.ts'
import { withStackLock } from './with-stack-lock.ts'

type MakeRequest = {
  /** When the place was checked. Under the lock the bootstrap looks again. */
  readonly standing: StateBucketStanding
  /** How long to wait for somebody else on this machine who does the same. */
  readonly waitSeconds: number
  confirm(bucket: string): Promise<void>
}

const nothingAllowed = { destroy: [], cost: null } as const

/**
 * Makes the bucket for the states where it is missing, after asking, and moves its own state there. Before there is a
 * bucket the lock lies on this disk: of two machines at once AWS lets one have the name. Throws LOCK_HELD (refused) and
 * what the bootstrap throws.
 */
export const makeBucket = async (request: MakeRequest, means: InfraMeans, steps: Steps): Promise<Bootstrapped> => {
  const { bucket, records, now } = means
  if (request.standing === 'missing') await request.confirm(bucket.bucket)

  const within = { ...means, stack: { kind: 'state' } as const }
  const lock = { why: `bootstrap of ${bucket.bucket}`, waitSeconds: request.waitSeconds, store: means.localLock }
  const work = async () => {
    const record = await newRecord({ verb: 'bootstrap', made: null, allowed: nothingAllowed }, within)
    const result = await steps.run('bootstrap', (say) => means.bootstrap(say))
    // Before, there was no place for it.
    const finishedAt = now().toISOString()
    if (result.outcome === 'made') await records.write({ ...record, finishedAt, outcome: 'done' })
    return result
  }
  return withStackLock(lock, { means: within, steps, work })
}
