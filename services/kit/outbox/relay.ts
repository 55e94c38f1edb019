import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { EventBus } from '../bus/bus.ts'
import type { Envelope } from '../bus/envelope.ts'
import type { Logger } from '../logging.ts'
import type { TraceSpan, Tracing } from '../trace-span.ts'
import type { OutboxMetrics } from './outbox-metrics.ts'
import { type RelayBatch, relayBatch } from './relay-batch.ts'
import { outboxChannel } from './relay-names.ts'
import { createWake } from './wake.ts'

export type RelayParts = {
  /** Of the database with the outbox. */
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly bus: Pick<EventBus, 'publish'>
  readonly logger: Logger
  readonly metrics: OutboxMetrics
  readonly tracing?: Tracing | undefined
  readonly rowsAtOnce?: number
  readonly pollMilliseconds?: number
}

export type Relay = {
  /** Ends with the batch that is under way; what is left waits for the next relay. */
  close(): Promise<void>
}

/** One transaction after another tells, and each would be a batch of its own. */
const gatherMilliseconds = 50
const backOffMilliseconds = { least: 500, most: 5_000 }

/**
 * Sends a service's events from its outbox to the bus, over a connection of its own: however many processes a service
 * has, one sends at a time. It hears of new events from the table's trigger, and looks every second as well.
 */
export function startRelay(parts: RelayParts): Relay {
  const { logger, pollMilliseconds = 1_000 } = parts
  const stopping = new AbortController()
  const { signal } = stopping
  const wake = createWake()
  let failures = 0

  async function relayUntilStopped(): Promise<void> {
    while (!signal.aborted) {
      await session().catch((error: unknown) => {
        if (failures === 0) logger.warn({ error }, 'events wait in the outbox: they cannot be sent')
        failures += 1
      })
      if (signal.aborted) return
      const wait = Math.min(backOffMilliseconds.least * 2 ** Math.min(failures - 1, 10), backOffMilliseconds.most)
      await delay(wait, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Until it is stopped or something fails. */
  async function session(): Promise<void> {
    const client = new pg.Client(connectionOf(parts))
    // What breaks an idle connection fails the next batch; unheard it would end the process.
    client.on('error', wake.ring)
    client.on('notification', wake.ring)
    try {
      await client.connect()
      await client.query(`listen ${client.escapeIdentifier(outboxChannel)}`)
      while (!signal.aborted) {
        const batch = await relayBatch(client, { ...batchParts(parts) })
        tell(batch, parts)
        if (failures > 0) logger.info('events of the outbox are sent again')
        failures = 0
        if (batch.outcome === 'more') continue
        const heard = await wake.wait(pollMilliseconds, signal)
        if (heard === 'rung') await delay(gatherMilliseconds, undefined, { signal }).catch(() => undefined)
      }
    } finally {
      void client.end().catch(() => undefined)
    }
  }

  const ended = relayUntilStopped()
  return {
    async close() {
      stopping.abort()
      await ended
    },
  }
}

const connectionOf = ({ url, applicationName }: RelayParts): pg.ClientConfig => ({
  connectionString: url,
  application_name: `${applicationName} relay`,
  connectionTimeoutMillis: 2_000,
  statement_timeout: 5_000,
  lock_timeout: 3_000,
  idle_in_transaction_session_timeout: 10_000,
  query_timeout: 6_000,
  keepAlive: true,
})

const batchParts = ({ bus, rowsAtOnce = 100, tracing }: RelayParts) => ({
  bus,
  rowsAtOnce,
  async aroundPublish(envelopes: readonly Envelope[], publish: () => Promise<void>) {
    const spans = tracing === undefined ? [] : envelopes.map((envelope) => spanOf(envelope, tracing))
    try {
      await publish()
      for (const span of spans) span.end()
    } catch (failure) {
      for (const span of spans) span.end({ failure })
      throw failure
    }
  },
})

const spanOf = ({ type, id, request_id, traceparent }: Envelope, tracing: Tracing): TraceSpan =>
  tracing.startMessage({
    name: `publish ${type}`,
    kind: 'producer',
    traceparent,
    attributes: { 'messaging.message.id': id, 'shop.request_id': request_id },
  })

function tell({ published, refused }: RelayBatch, { logger, metrics }: RelayParts): void {
  for (const { id, type, request_id } of published) {
    metrics.countPublished(type)
    logger.info({ event_id: id, type, request_id }, 'event published')
  }
  for (const { id, type, reason } of refused) {
    logger.error(
      { event_id: id, type, error: reason },
      `an event of type ${type} stays in the outbox: the bus refuses it`,
    )
  }
}
