import type { Logger } from '../logging.ts'
import { createMetrics } from '../metrics.ts'
import type { Service } from '../service.ts'
import { openServiceDatabase } from '../service-database.ts'
import type { CommonSettings } from '../settings.ts'
import { answerEventQuestion } from './answer-event-question.ts'
import { eventsUsage, readEventQuestion } from './event-question.ts'

type Asked<Settings> = { readonly settings: Settings; readonly options: readonly string[]; readonly logger: Logger }

/** Answers one question about the service's events in one line: `{"event":"answer","service":…,"answer":{…}}`. */
export async function eventsCommand<Settings extends CommonSettings, Tables>(
  { facts, consumes = [] }: Service<Settings, Tables>,
  { settings, options, logger }: Asked<Settings>,
): Promise<number> {
  const reading = readEventQuestion(options)
  if (!reading.ok) {
    logger.fatal(`${reading.why}; ${eventsUsage}`)
    return 64
  }
  const database = openServiceDatabase<Tables>({ facts, settings, metrics: createMetrics(), logger })
  try {
    const answer = await answerEventQuestion({ database: database.kysely, consumes }, reading.question)
    process.stdout.write(`${JSON.stringify({ event: 'answer', service: facts.name, answer })}\n`)
    return 0
  } catch (error) {
    logger.fatal({ error }, `events: ${error instanceof Error ? error.message : error}`)
    return 1
  } finally {
    await database.close()
  }
}
