import { runCaused } from '../../kit/caused-work.ts'
import { type RepeatingUntilDrained, repeatUntilDrained } from '../../kit/repeat-until-drained.ts'
import type { Tracing } from '../../kit/trace-span.ts'
import { askAgainSeconds } from '../pay/apply-payment.ts'
import { backoffSeconds } from '../tasks/backoff.ts'
import { runSaga } from './run-saga.ts'
import type { SagaParts } from './saga-parts.ts'
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
    await leaveSaga(database, saga, { seconds: end.kind === 'waiting' ? askAgainSeconds : null })
  } catch (error) {
    if (error instanceof LeaseLost) return
    if (interrupted.aborted) return leaveSaga(database, saga, { seconds: 0 })
    const facts = { order_id: saga.orderId, request_id: saga.cause.requestId, step: saga.step, attempt: saga.attempt }
    logger.warn({ ...facts, error }, 'a payment does not go on and is tried again')
    const message = error instanceof Error ? error.message : String(error)
    await leaveSaga(database, saga, { seconds: backoffSeconds(saga.attempt), error: message })
  }
}
