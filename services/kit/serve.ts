import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from './app.ts'
import { createHealth } from './health.ts'
import { createShopServer } from './http-server.ts'
import type { Logger } from './logging.ts'
import { createMetrics } from './metrics.ts'
import { serveMetrics } from './metrics-server.ts'
import { assertMigrated } from './migrations.ts'
import type { Service } from './service.ts'
import { openServiceDatabase } from './service-database.ts'
import type { CommonSettings } from './settings.ts'
import type { StopRequest } from './shutdown.ts'

const idleGraceMilliseconds = 250

export type Serving = { stop(request: StopRequest): Promise<void> }

/** Opens the service and both ports. Rejects where a port is taken or the service cannot open. */
export async function serve<Settings extends CommonSettings, Tables>(
  service: Service<Settings, Tables>,
  { settings, logger }: { readonly settings: Settings; readonly logger: Logger },
): Promise<Serving> {
  const { facts, migrations } = service
  const metrics = createMetrics()
  const database = openServiceDatabase<Tables>({ facts, settings, metrics, logger })
  const { kysely } = database
  const opened = await service.open({ facts, settings, logger, metrics, database: kysely, now: () => new Date() })

  let migrated = false
  const health = createHealth({
    required: {
      database: () => database.ping(),
      migrations: async () => {
        if (!migrated) await assertMigrated(kysely, migrations)
        migrated = true
      },
      ...opened.checks,
    },
    optional: opened.optionalChecks ?? {},
    elapsed: () => performance.now(),
  })
  // Opens the first connection while the ports open, so that the first probe need not wait for it.
  void health.readiness()
  const app = createApp({
    facts,
    version: settings.SERVICE_VERSION,
    logger,
    metrics,
    health,
    routes: opened.routes,
    bodyLimits: service.bodyLimits,
    trustedProxyHops: settings.TRUSTED_PROXY_HOPS,
  })
  const server = createShopServer(app.fetch, logger)
  const host = settings.HOST
  const port = await server.listen({ host, port: settings.PORT ?? facts.port })
  const metricsServer = await serveMetrics(metrics, { host, port: settings.METRICS_PORT ?? facts.metricsPort })
  logger.info({ host, port, metrics_port: metricsServer.port }, 'listening')

  const defaultDelaySeconds = settings.SHOP_ENV === 'local' || settings.SHOP_ENV === 'test' ? 0 : 5
  return {
    async stop({ delayed, drainMilliseconds }) {
      health.drain()
      if (delayed) await delay((settings.SHUTDOWN_DELAY ?? defaultDelaySeconds) * 1_000)
      server.closeConnectionsAfterAnswer()
      const cutOff = await server.close({ idleGraceMilliseconds, drainMilliseconds })
      if (cutOff.length > 0) logger.warn({ requests: cutOff }, 'requests cut off: they took too long')
      await opened.close()
      await database.close()
      await metricsServer.close()
      logger.info('ended')
    },
  }
}
