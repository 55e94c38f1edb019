import type { ServiceFacts } from '../registry.ts'
import { type OpenDatabase, openDatabase } from './database.ts'
import type { Logger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import type { CommonSettings } from './settings.ts'

/** The pool as a service's settings describe it. */
export function openServiceDatabase<Tables>(parts: {
  readonly facts: ServiceFacts
  readonly settings: CommonSettings
  readonly metrics: Metrics
  readonly logger: Logger
}): OpenDatabase<Tables> {
  const { facts, settings, metrics, logger } = parts
  return openDatabase<Tables>({
    url: settings.DATABASE_URL,
    poolSize: settings.DATABASE_POOL,
    applicationName: facts.longName,
    metrics: metrics.registry,
    onConnectionError: (error) => logger.warn({ error }, 'an idle database connection broke'),
  })
}
