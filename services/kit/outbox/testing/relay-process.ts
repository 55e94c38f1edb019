/** A relay as a process of its own, for tests that kill and stop it: DATABASE_URL; HOLD_FIRST lets it wait before it sends. */
import { once } from 'node:events'
import pg from 'pg'
import { openBus } from '../../bus/open-bus.ts'
import { openDatabase } from '../../database.ts'
import { createLogger } from '../../logging.ts'
import { createMetrics } from '../../metrics.ts'
import { createOutboxMetrics } from '../outbox-metrics.ts'
import { startRelay } from '../relay.ts'

const { DATABASE_URL: url = '', HOLD_FIRST: hold } = process.env
const logger = createLogger({ service: 'relay', version: 'test', level: 'info' })
const metrics = createMetrics()
const database = openDatabase({
  url,
  poolSize: 2,
  applicationName: 'relay-process',
  metrics: metrics.registry,
  onConnectionError: () => undefined,
})
const bus = await openBus({ url, source: 'test', logger, validate: () => null })
const recorder = new pg.Client({ connectionString: url })
await recorder.connect()

let held = hold === undefined
let goOn: Promise<unknown> = Promise.resolve()
process.on('SIGUSR2', () => undefined)

startRelay({
  url,
  applicationName: 'test',
  logger,
  metrics: createOutboxMetrics({ database: database.kysely, metrics, logger, types: [] }),
  bus: {
    /** Each time that it is its turn is written down, from its beginning to its end. */
    async publish(envelopes) {
      const { rows } = await recorder.query(
        'insert into turns (process, entries, began) values ($1, $2, clock_timestamp()) returning id',
        [process.pid, envelopes.length],
      )
      if (!held) {
        held = true
        goOn = once(process, 'SIGUSR2')
        logger.info('holding')
        await goOn
      }
      await bus.publish(envelopes)
      await recorder.query('update turns set ended = clock_timestamp() where id = $1', [rows[0].id])
    },
  },
})
logger.info('relaying')
