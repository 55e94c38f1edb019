import type { Kysely } from 'kysely'
import type { Envelope } from '../../bus/envelope.ts'
import { createMetrics } from '../../metrics.ts'
import { keptLog } from '../../testing/test-app.ts'
import type { Consumer } from '../consumer.ts'
import { createConsumerMetrics } from '../consumer-metrics.ts'
import { createEventHandling, type EventHandling } from '../handle-event.ts'
import { defaultRetryPolicy } from '../retry-policy.ts'

/** A consumer as the kit runs it, handed its events by a test instead of a bus. */
export function handledBy<Tables>(
  consumer: Consumer<Tables>,
  database: Kysely<Tables>,
): (event: Envelope) => Promise<void> {
  const { logger } = keptLog()
  const parts = { metrics: createMetrics(), consumers: [consumer], database, bus: { lag: async () => 0 }, logger }
  const handling: EventHandling = createEventHandling(consumer, {
    database,
    logger,
    metrics: createConsumerMetrics(parts),
    tracing: undefined,
    policy: defaultRetryPolicy,
  })
  return (event) => handling.deliver(event, new AbortController().signal)
}
