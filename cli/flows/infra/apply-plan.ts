import { stackName } from '../../../stacks/stack-reference.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Steps } from '../steps.ts'
import { applyFailure } from './apply-failures.ts'
import type { Allowed } from './check-policy.ts'
import type { InfraMeans } from './infra-means.ts'
import { stackInWords } from './infra-steps.ts'
import type { MadePlan } from './make-plan.ts'
import { tellApply } from './open-plan.ts'
import { type OpenRecord, openRecord } from './open-record.ts'
import { withStackLock } from './with-stack-lock.ts'

export type Application = {
  readonly verb: 'up' | 'down'
  readonly made: MadePlan
  readonly allowed: Allowed
  readonly waitSeconds: number
  /** What belongs to the change and follows the apply, under the same lock and record. */
  readonly after: () => Promise<void>
}

type Doing = { readonly means: InfraMeans; readonly steps: Steps }

const countOf = ({ verdict }: MadePlan): number =>
  verdict.changes.reduce((sum, { kind }) => sum + (kind === 'replace' ? 2 : 1), 0)

const asFailure = (error: unknown): ShopctlError => {
  if (error instanceof ShopctlError) return error
  return new ShopctlError({ code: 'BUG', outcome: 'bug', what: 'shopctl met an error that it does not know.' })
}

const applyFile = async ({ made, after }: Application, record: OpenRecord, { means, steps }: Doing): Promise<void> => {
  await steps.run('apply-plan', async (say) => {
    const outcome = await made.terraform.apply(made.saved, tellApply(countOf(made), say))
    record.applied(outcome)
    const { environment, command } = means
    const failure = applyFailure({ stack: stackInWords(means), environment: environment.name, command, outcome })
    if (failure !== null) throw failure
  })
  await after()
}

/** What went wrong is worth more than that it could not be written down. */
const closeAfter = async (error: unknown, record: OpenRecord, { environment, reporter }: InfraMeans): Promise<void> => {
  await record.close(asFailure(error)).catch(() => {
    const message = `The record ${record.id} could not be closed; it says "running" although nobody is at work.`
    reporter.emit({ type: 'warning', message, fix: [toType(`infra status --env ${environment.name}`)] })
  })
}

/**
 * Applies exactly the plan that was shown, between a record that is opened before the first change and closed after the
 * last; answers the record's id. Throws LOCK_HELD, PLAN_STALE (refused), APPLY_FAILED (failed), INTERRUPTED.
 */
export const applyPlan = async (application: Application, means: InfraMeans, steps: Steps): Promise<string> => {
  const { verb, made, allowed, waitSeconds } = application
  const store = means.lock(stackName(means.stack))
  const lock = { why: `${verb} of ${stackInWords(means)}`, waitSeconds, store }
  const work = async () => {
    const record = await openRecord({ verb, made, allowed }, means)
    try {
      await applyFile(application, record, { means, steps })
    } catch (error) {
      await closeAfter(error, record, means)
      throw error
    }
    await record.close(null)
    return record.id
  }
  return withStackLock(lock, { means, steps, work })
}
