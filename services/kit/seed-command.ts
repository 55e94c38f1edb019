import type { Logger } from './logging.ts'
import { createMetrics } from './metrics.ts'
import type { Service } from './service.ts'
import { openServiceDatabase } from './service-database.ts'
import type { CommonSettings } from './settings.ts'

/** Puts demo data in and prints one line about it. Never in production. */
export async function seedCommand<Settings extends CommonSettings, Tables>(
  service: Service<Settings, Tables>,
  { settings, logger }: { readonly settings: Settings; readonly logger: Logger },
): Promise<number> {
  if (settings.SHOP_ENV === 'prod') {
    logger.fatal('seed refused: SHOP_ENV is prod, and demo data has known passwords')
    return 78
  }
  const { facts, seed } = service
  const metrics = createMetrics()
  const database = openServiceDatabase<Tables>({ facts, settings, metrics, logger })
  try {
    const context = {
      facts,
      settings,
      logger,
      metrics,
      database: database.kysely,
      redis: async () => null,
      now: () => new Date(),
    }
    const seeded = await seed?.(context)
    process.stdout.write(`${JSON.stringify({ event: 'seeded', service: facts.name, ...seeded })}\n`)
    return 0
  } catch (error) {
    logger.fatal({ error }, `seed failed: ${error instanceof Error ? error.message : error}`)
    return 1
  } finally {
    await database.close()
  }
}
