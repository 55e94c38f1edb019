import type { Kysely } from 'kysely'
import type { EventBus } from './bus/bus.ts'
import { openBus } from './bus/open-bus.ts'
import { openConsumers } from './consumers/open-consumers.ts'
import { judgeWritten } from './event-schemas/judge-event.ts'
import type { Logger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import { createOutboxMetrics } from './outbox/outbox-metrics.ts'
import { startRelay } from './outbox/relay.ts'
import { resendSince } from './outbox/replay.ts'
import { forgetOldEvents } from './outbox/retention.ts'
import type { Checks, OpenService, Service } from './service.ts'
import type { CommonSettings } from './settings.ts'
import type { Tracing } from './trace-span.ts'

export type ServiceEvents = {
  /** A service can do without the bus for a while: its events wait. */
  readonly optionalChecks: Checks
  /** Takes no event from the bus any more. */
  drain(): void
  /** Ends what handles events, within closeMilliseconds; events may still be told. */
  closeConsumers(): Promise<void>
  readonly closeMilliseconds: number
  /** Ends what sends them. */
  close(): Promise<void>
}

type Parts<Tables> = {
  readonly settings: CommonSettings
  readonly database: Kysely<Tables>
  readonly metrics: Metrics
  readonly logger: Logger
  readonly tracing: Tracing | undefined
  readonly consumers: OpenService<Tables>['consumers']
}

const none: ServiceEvents = {
  optionalChecks: {},
  drain: () => undefined,
  closeConsumers: async () => undefined,
  closeMilliseconds: 0,
  close: async () => undefined,
}

/** The bus of a service, the relay where it tells events, and its consumers; nothing of it for one without events. */
export async function openServiceEvents<Settings extends CommonSettings, Tables>(
  { facts, publishes = [], consumes = [] }: Pick<Service<Settings, Tables>, 'facts' | 'publishes' | 'consumes'>,
  parts: Parts<Tables>,
): Promise<ServiceEvents> {
  const { consumers = [], settings, database, logger } = parts
  const unnamed = consumers.filter(({ name }) => !consumes.includes(name)).map(({ name }) => name)
  if (unnamed.length > 0) throw new TypeError(`consumes of ${facts.name} does not name ${unnamed.join(', ')}`)
  if (publishes.length === 0 && consumers.length === 0) return none
  if (settings.EVENT_BUS_URL === undefined && settings.SHOP_ENV === 'prod') {
    logger.warn('EVENT_BUS_URL is not set: events of this service reach no other one')
  }
  const url = settings.EVENT_BUS_URL ?? settings.DATABASE_URL
  const bus = await openBus({ url, source: facts.longName, logger, validate: faultOf })
  const sending = publishes.length === 0 ? [] : startSending({ ...parts, bus, facts, publishes })
  const sweeper = forgetOldEvents(database, logger)
  const handling = consumers.length === 0 ? undefined : openConsumers({ ...parts, consumers, bus })
  return {
    optionalChecks: { bus: bus.check },
    drain: () => handling?.drain(),
    async closeConsumers() {
      await handling?.close()
    },
    closeMilliseconds: handling?.endMilliseconds ?? 0,
    async close() {
      await Promise.all([sweeper.stop(), ...sending.map((each) => each.close())])
      await bus.close()
    },
  }
}

type Sending<Tables> = Parts<Tables> & {
  readonly bus: EventBus
  readonly facts: Service<CommonSettings, Tables>['facts']
  readonly publishes: readonly string[]
}

function startSending<Tables>({ bus, facts, publishes, settings, ...parts }: Sending<Tables>) {
  const { database } = parts
  bus.onLoss(async ({ publishedSince }) => {
    const count = await resendSince(database, publishedSince)
    parts.logger.info({ count, since: publishedSince }, 'events are sent again to a bus that may lack them')
  })
  const metrics = createOutboxMetrics({ ...parts, types: publishes })
  const { DATABASE_URL: url } = settings
  return [startRelay({ ...parts, url, applicationName: facts.longName, bus, metrics })]
}

/** What is wrong with an event by its contract, without a word of it. */
function faultOf(envelope: unknown): string | null {
  const verdict = judgeWritten(envelope)
  if (verdict.kind === 'valid') return null
  if (verdict.kind === 'unknown') return `${verdict.type} is not in the catalogue`
  return verdict.faults.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ')
}
