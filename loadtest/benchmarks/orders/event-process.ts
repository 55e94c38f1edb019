/** A relay, or a consumer whose handler writes one row, as a process of its own: ROLE, DATABASE_URL, BUS_URL, PREFIX. */
import { sql } from 'kysely'
import { z } from 'zod'
import { openBus } from '../../../services/kit/bus/open-bus.ts'
import { onEvent } from '../../../services/kit/consumers/consumer.ts'
import { openConsumers } from '../../../services/kit/consumers/open-consumers.ts'
import { openDatabase } from '../../../services/kit/database.ts'
import { createLogger, standardOutput } from '../../../services/kit/logging.ts'
import { createMetrics } from '../../../services/kit/metrics.ts'
import { createOutboxMetrics } from '../../../services/kit/outbox/outbox-metrics.ts'
import { startRelay } from '../../../services/kit/outbox/relay.ts'

const { ROLE, DATABASE_URL, BUS_URL, PREFIX } = z
  .object({ ROLE: z.enum(['relay', 'consumer']), DATABASE_URL: z.string(), BUS_URL: z.string(), PREFIX: z.string() })
  .parse(process.env)

const logger = createLogger({ service: ROLE, version: 'bench', level: 'info' }, standardOutput())
const metrics = createMetrics()
const database = openDatabase<Record<never, never>>({
  url: DATABASE_URL,
  poolSize: 10,
  applicationName: ROLE,
  metrics: metrics.registry,
  onConnectionError: () => undefined,
})
const bus = await openBus({ url: BUS_URL, source: 'bench', logger, prefix: PREFIX, validate: () => null })

const begin = {
  relay: () =>
    startRelay({
      url: DATABASE_URL,
      applicationName: ROLE,
      bus,
      logger,
      metrics: createOutboxMetrics({ database: database.kysely, metrics, logger, types: [] }),
    }),
  consumer: () =>
    openConsumers<Record<never, never>>({
      consumers: [
        {
          name: 'bench',
          events: {
            'thing.changed.v1': onEvent(z.object({ number: z.int() }), async (transaction, event) => {
              await sql`insert into effects (subject, version) values (${event.subject}, ${event.aggregate_version})`.execute(
                transaction,
              )
            }),
          },
        },
      ],
      database: database.kysely,
      bus,
      logger,
      metrics,
    }),
} as const

const begun = begin[ROLE]()
process.once('SIGTERM', async () => {
  await begun.close()
  await bus.close()
  await database.close()
  process.exit(0)
})
logger.info('begun')
