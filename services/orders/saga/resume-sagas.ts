import { runCaused } from '../../kit/caused-work.ts'
import { errorText } from '../../kit/database-faults.ts'
import { type RepeatingUntilDrained, repeatUntilDrained } from '../../kit/repeat-until-drained.ts'
import type { Tracing } from '../../kit/trace-span.ts'
import { askAgainSeconds } from '../pay/apply-payment.ts'
import { backoffSeconds } from '../tasks/backoff.ts'
import { runSaga } from './run-saga.ts'
import { type SagaParts, SagaStopped } from './saga-parts.ts'
import { claimSagas, type LeasedSaga, LeaseLost, leaveSaga } from './saga-store.ts'

const sagasAtOnce = 10
const everyMilliseconds = 1_000
/** A step's remote calls end in time by themselves; this ends the sum of them. */
const runMilliseconds = 20_000
/** What is not done by then in a process that ends goes on in another one at once. */
const finishMilliseconds = 6_000

export type ResumeParts = SagaParts & { readonly tracing?: Tracing | undefined }

/** Goes on with what its customer's request has left: after a crash, after a webhook, or because nobody told. */
export function resumeSagas(parts: ResumeParts): RepeatingUntilDrained {
  return repeatUntilDrained({
    task: 'going on with payments',
    everyMilliseconds,
    finishMilliseconds,
    logger: parts.logger,
    async run(interrupted) {
      const sagas = await claimSagas(parts.database, sagasAtOnce)
      await Promise.all(sagas.map((saga) => resume(parts, { saga, interrupted })))
      return sagas.length === sagasAtOnce ? 'again' : 'wait'
    },
  })
}

type Resumed = { readonly saga: LeasedSaga; readonly interrupted: AbortSignal }

async function resume(parts: ResumeParts, { saga, interrupted }: Resumed): Promise<void> {
  const { database, logger } = parts
  const forwarded = {
    'x-request-id': saga.cause.requestId,
    ...(saga.cause.traceparent === undefined ? {} : { traceparent: saga.cause.traceparent }),
  }
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(runMilliseconds)])
  try {
    const work = { name: `payment ${saga.step}`, cause: saga.cause }
    const end = await runCaused(parts.tracing, work, () => runSaga(parts, saga, { forwarded, signal }))
    if (end.kind !== 'confirmed')
      await leaveSaga(database, saga, { seconds: end.kind === 'waiting' ? askAgainSeconds : null })
  } catch (stopped) {
    if (!(stopped instanceof SagaStopped)) throw stopped
    const { saga: at, cause: error } = stopped
    if (error instanceof LeaseLost) return
    if (interrupted.aborted) return leaveSaga(database, at, { seconds: 0 })
    const facts = { order_id: at.orderId, request_id: at.cause.requestId, step: at.step, attempt: saga.attempt }
    logger.warn({ ...facts, error }, 'a payment does not go on and is tried again')
    await leaveSaga(database, at, { seconds: backoffSeconds(saga.attempt), error: errorText(error) })
  }
}
