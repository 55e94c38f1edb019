import type { Kysely, QueryExecutorProvider, Transaction } from 'kysely'
import type { Envelope } from '../bus/envelope.ts'
import { repeatOnConflict } from '../database-faults.ts'
import { failpoint } from '../failpoints.ts'
import type { Logger } from '../logging.ts'
import { RequestScope, runInScope, runOutsideRequest } from '../request-scope.ts'
import type { Tracing } from '../trace-span.ts'
import { withinTime } from '../within-time.ts'
import type { Consumer, PreparedEvent } from './consumer.ts'
import type { ConsumerMetrics, EventResult } from './consumer-metrics.ts'
import { beginAgain, beginOnce, type DueEvent, type Failed, park, postpone, putAside } from './event-store.ts'
import { type RetryPolicy, waitMilliseconds } from './retry-policy.ts'

export type HandlingParts<Tables> = {
  readonly database: Kysely<Tables>
  readonly logger: Logger
  readonly metrics: ConsumerMetrics
  readonly tracing: Tracing | undefined
  readonly policy: RetryPolicy
}

export type EventHandling = {
  /** From the bus. Resolves where the bus may forget it, rejects where it is to deliver it again. */
  deliver(envelope: Envelope, signal: AbortSignal): Promise<void>
  /** From the store; rejects only where the database does. */
  retry(due: DueEvent, signal: AbortSignal): Promise<void>
}

/** Half of what an attempt is claimed for. */
const handlerMilliseconds = 30_000

type Good<Tables> = Extract<PreparedEvent<Tables>, { kind: 'good' }>
type Begin = (transaction: QueryExecutorProvider, key: { consumer: string; eventId: string }) => Promise<boolean>

export function createEventHandling<Tables>(
  consumer: Consumer<Tables>,
  { database, logger, metrics, tracing, policy }: HandlingParts<Tables>,
): EventHandling {
  const handlers = new Map(Object.entries(consumer.events))

  /** `repeated` where `begin` says that there is nothing to do. */
  async function apply(
    good: Good<Tables>,
    envelope: Envelope,
    { begin, signal }: { begin: Begin; signal: AbortSignal },
  ) {
    const run = async (transaction: Transaction<Tables>) => {
      if (!(await begin(transaction, { consumer: consumer.name, eventId: envelope.id }))) return 'repeated' as const
      await withinTime(good.apply(transaction), handlerMilliseconds, tooLate)
      await failpoint('consumers.event.applied')
      return 'done' as const
    }
    const span = tracing?.startMessage({
      name: `handle ${envelope.type}`,
      kind: 'consumer',
      traceparent: envelope.traceparent,
      attributes: {
        'messaging.message.id': envelope.id,
        'messaging.consumer.group.name': consumer.name,
        'shop.request_id': envelope.request_id,
      },
    })
    const scope = new RequestScope(span, envelope.request_id)
    const cutOff = () => scope.abandon('deadline')
    signal.addEventListener('abort', cutOff)
    const stopTimer = metrics.startTimer({ type: envelope.type, consumer: consumer.name })
    try {
      const result = await runInScope(scope, () => repeatOnConflict(() => database.transaction().execute(run)))
      span?.end()
      await failpoint('consumers.event.committed')
      return { result, facts: { trace_id: span?.traceId } }
    } catch (failure) {
      span?.end({ failure })
      throw failure
    } finally {
      stopTimer()
      signal.removeEventListener('abort', cutOff)
    }
  }

  function tell(envelope: Envelope, result: EventResult, facts: Readonly<Record<string, unknown>>): void {
    const { id, type, request_id } = envelope
    metrics.countHandled({ type, consumer: consumer.name, result })
    const level = ({ done: 'info', repeated: 'debug', failed: 'warn', dead: 'error' } as const)[result]
    logger[level]({ consumer: consumer.name, event_id: id, type, request_id, ...facts }, `event ${sentences[result]}`)
  }

  /** Outside of the event's own scope, whose statements may have been cut off. */
  const failed = (failure: Failed, keep: typeof putAside) =>
    runOutsideRequest(async () => {
      const wait = waitMilliseconds(failure.attempts, policy)
      if (wait === null) return giveUp(failure)
      await keep(database, failure, wait)
      const { attempts, error } = failure
      tell(failure.envelope, 'failed', { error, attempts, next_after_ms: wait })
    })

  async function giveUp(failure: Failed): Promise<void> {
    await park(database, failure)
    const { attempts, error } = failure
    tell(failure.envelope, 'dead', { error, attempts })
  }

  async function deliver(envelope: Envelope, signal: AbortSignal): Promise<void> {
    if (envelope.consumer !== undefined && envelope.consumer !== consumer.name) return
    const handler = handlers.get(envelope.type)
    if (handler === undefined) return metrics.countIgnored(consumer.name)
    const { name } = consumer
    const prepared = handler.prepare(envelope)
    // It would fail eight times for the same reason.
    if (prepared.kind === 'malformed') return giveUp(malformed(name, { envelope, attempts: 1, fault: prepared.fault }))
    try {
      const { result, facts } = await apply(prepared, envelope, { begin: beginOnce, signal })
      tell(envelope, result, facts)
    } catch (error) {
      if (signal.aborted) throw error
      await failed({ consumer: name, envelope, attempts: 1, error }, putAside)
    }
  }

  async function retry({ envelope, attempts, exhausted }: DueEvent, signal: AbortSignal): Promise<void> {
    const { name } = consumer
    const prepared = handlers.get(envelope.type)?.prepare(envelope)
    if (prepared === undefined) return giveUp(malformed(name, { envelope, attempts, fault: 'no handler any more' }))
    if (prepared.kind === 'malformed') return giveUp(malformed(name, { envelope, attempts, fault: prepared.fault }))
    if (exhausted)
      return giveUp({ consumer: name, envelope, attempts, error: new Error('the process ended meanwhile') })
    try {
      const { result, facts } = await apply(prepared, envelope, { begin: beginAgain, signal })
      tell(envelope, result, { ...facts, attempts })
    } catch (error) {
      await failed({ consumer: name, envelope, attempts, error }, postpone)
    }
  }

  return { deliver, retry }
}

const sentences: Readonly<Record<EventResult, string>> = {
  done: 'handled',
  repeated: 'passed over: it was handled before, or is kept',
  failed: 'put aside after a failed attempt',
  dead: 'given up: it waits for somebody',
}

const tooLate = () => new Error(`the handler took longer than ${handlerMilliseconds} ms`)

class EventMalformed extends Error {
  override readonly name = 'EventMalformed'
}

const malformed = (
  consumer: string,
  { envelope, attempts, fault }: { readonly envelope: Envelope; readonly attempts: number; readonly fault: string },
): Failed => ({ consumer, envelope, attempts, error: new EventMalformed(fault) })
