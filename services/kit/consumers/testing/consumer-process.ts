/** A consumer as a process of its own, whose handlers take a while: DATABASE_URL, HANDLER_MS. Ends on SIGTERM. */
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { openBus } from '../../bus/open-bus.ts'
import { openDatabase } from '../../database.ts'
import { createLogger } from '../../logging.ts'
import { createMetrics } from '../../metrics.ts'
import { onEvent } from '../consumer.ts'
import { openConsumers } from '../open-consumers.ts'
import { type StageTables, thingSchema } from './consumer-stage.ts'

const { DATABASE_URL: url = '', HANDLER_MS = '0' } = process.env
const logger = createLogger({ service: 'consumer', version: 'test', level: 'info' })
const metrics = createMetrics()
const database = openDatabase<StageTables>({
  url,
  poolSize: 20,
  applicationName: 'consumer-process',
  metrics: metrics.registry,
  onConnectionError: () => undefined,
})
const bus = await openBus({ url, source: 'test', logger, validate: () => null })
const consuming = openConsumers<StageTables>({
  consumers: [
    {
      name: 'counter',
      events: {
        'thing.changed.v1': onEvent(thingSchema, async (transaction, { subject, aggregate_version: version }) => {
          const handlerMilliseconds = Number(HANDLER_MS)
          await delay(handlerMilliseconds * (0.5 + Math.random()))
          await sql`insert into effects (consumer, subject, version) values ('counter', ${subject}, ${version})`.execute(
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
})
process.once('SIGTERM', async () => {
  consuming.drain()
  await consuming.close()
  await bus.close()
  await database.close()
  process.exit(0)
})
logger.info('consuming')
