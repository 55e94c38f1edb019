import type { Logger } from '../logging.ts'
import { createMetrics } from '../metrics.ts'
import type { Service } from '../service.ts'
import { openServiceDatabase } from '../service-database.ts'
import type { CommonSettings } from '../settings.ts'
import { loadDataUsage, readLoadDataQuestion } from './load-data-question.ts'

type Asked<Settings> = { readonly settings: Settings; readonly options: readonly string[]; readonly logger: Logger }

/** Makes or removes what a load test stands on, and says so in one line, as `events` does. Never in production. */
export async function loadDataCommand<Settings extends CommonSettings, Tables>(
  { facts, loadData }: Service<Settings, Tables>,
  { settings, options, logger }: Asked<Settings>,
): Promise<number> {
  if (settings.SHOP_ENV === 'prod') {
    logger.fatal('load-data refused: SHOP_ENV is prod, and its accounts could log in without ever having a mail')
    return 78
  }
  const reading = readLoadDataQuestion(options)
  if (!reading.ok || loadData === undefined) {
    logger.fatal(reading.ok ? `${facts.name} makes no data for load tests` : `${reading.why}; ${loadDataUsage}`)
    return 64
  }
  const { question } = reading
  const { make, remove } = await loadData()
  const metrics = createMetrics()
  const database = openServiceDatabase<Tables>({ facts, settings, metrics, logger })
  const rest = { facts, settings, logger, metrics, redis: async () => null, now: () => new Date() }
  const context = { ...rest, database: database.kysely }
  try {
    const answer = question.ask === 'make' ? await make(context, question) : await remove(context, question.run)
    process.stdout.write(`${JSON.stringify({ event: 'answer', service: facts.name, answer })}\n`)
    return 0
  } catch (error) {
    logger.fatal({ error }, `load-data: ${error instanceof Error ? error.message : error}`)
    return 1
  } finally {
    await database.close()
  }
}
