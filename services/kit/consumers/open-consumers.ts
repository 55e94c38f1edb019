import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Consumption, EventBus } from '../bus/bus.ts'
import type { Ending } from '../end-together.ts'
import type { Logger } from '../logging.ts'
import type { Metrics } from '../metrics.ts'
import { startRepeating } from '../repeat-until.ts'
import type { Tracing } from '../trace-span.ts'
import type { Consumer } from './consumer.ts'
import { createConsumerMetrics } from './consumer-metrics.ts'
import { claimDue } from './event-store.ts'
import { createEventHandling, type EventHandling } from './handle-event.ts'
import { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts'

export type ConsumersParts<Tables> = {
  readonly consumers: readonly Consumer<Tables>[]
  readonly database: Kysely<Tables>
  readonly bus: Pick<EventBus, 'consume' | 'lag'>
  readonly logger: Logger
  readonly metrics: Metrics
  readonly tracing?: Tracing | undefined
  readonly policy?: RetryPolicy
  /** How often it is looked for events whose next attempt is due. */
  readonly retryMilliseconds?: number
}

export type OpenConsumers = Required<Ending>

const joinAgainMilliseconds = 1_000
const retriesAtOnce = 4
const endMilliseconds = 10_000
/** Leaves time to write down what was cut off. */
const cutOffMilliseconds = 8_000

/** Joins the bus under each consumer's name, as soon as the bus is there, and comes back to what failed. */
export function openConsumers<Tables>(parts: ConsumersParts<Tables>): OpenConsumers {
  const { consumers, database, bus, logger, policy = defaultRetryPolicy, retryMilliseconds = 1_000 } = parts
  const metrics = createConsumerMetrics(parts)
  const handling = new Map<string, EventHandling>(
    consumers.map((consumer) => [
      consumer.name,
      createEventHandling(consumer, { database, logger, metrics, tracing: parts.tracing, policy }),
    ]),
  )
  const draining = new AbortController()
  const cuttingOff = new AbortController()
  const consumptions: Consumption[] = []

  /** Until it has joined, or the process ends. */
  async function join({ name, from = 'beginning' }: Consumer<Tables>): Promise<void> {
    const deliver = handling.get(name)?.deliver
    if (deliver === undefined) return
    for (let tries = 1; !draining.signal.aborted; tries += 1) {
      const consumption = await bus.consume({ group: name, from, handle: deliver }).catch((error: unknown) => {
        if (tries === 1) logger.warn({ error, consumer: name }, 'the bus cannot be joined yet')
        return null
      })
      if (consumption !== null) {
        consumptions.push(consumption)
        if (draining.signal.aborted) consumption.drain()
        if (tries > 1) logger.info({ consumer: name }, 'the bus is joined')
        return
      }
      await delay(joinAgainMilliseconds, undefined, { signal: draining.signal, ref: false }).catch(() => undefined)
    }
  }

  async function retrySome(): Promise<'again' | 'wait'> {
    const names = consumers.map(({ name }) => name)
    const attemptsAtMost = policy.waitsSeconds.length + 1
    const due = await claimDue(database, { consumers: names, attemptsAtMost, eventsAtOnce: retriesAtOnce })
    const attempts = due.map(async (event) => handling.get(event.consumer)?.retry(event, cuttingOff.signal))
    const failed = (await Promise.allSettled(attempts)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    return due.length === retriesAtOnce ? 'again' : 'wait'
  }

  const joined = Promise.all(consumers.map(join))
  const retrying = startRepeating({
    task: 'handling events again that failed',
    everyMilliseconds: retryMilliseconds,
    logger,
    run: retrySome,
  })

  function drain(): void {
    draining.abort()
    for (const consumption of consumptions) consumption.drain()
  }

  return {
    drain,
    endMilliseconds,
    async close() {
      drain()
      const timer = setTimeout(() => cuttingOff.abort(), cutOffMilliseconds)
      const retried = retrying.stop()
      await joined
      await Promise.all([...consumptions.map((consumption) => consumption.close()), retried])
      clearTimeout(timer)
    },
  }
}
