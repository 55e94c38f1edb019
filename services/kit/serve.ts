import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from './app.ts'
import { armFailpoints } from './failpoints.ts'
import { createShopServer } from './http-server.ts'
import type { Logger } from './logging.ts'
import { createMetrics } from './metrics.ts'
import { serveMetrics } from './metrics-server.ts'
import { openTracing } from './open-tracing.ts'
import { openRequestLimit } from './rate-limit/request-limit.ts'
import { serviceHealth } from './readiness.ts'
import type { Service } from './service.ts'
import { openServiceDatabase } from './service-database.ts'
import { openServiceEvents, type ServiceEvents } from './service-events.ts'
import { serviceRedis } from './service-redis.ts'
import type { CommonSettings } from './settings.ts'
import type { StopRequest } from './shutdown.ts'
import { warmRoutes } from './warm-routes.ts'

const idleGraceMilliseconds = 250
/** At least. What was cut off may still hold a connection; the process does not wait for it. */
const closeMilliseconds = 3_000

export type Serving = { stop(request: StopRequest): Promise<void> }

/** Opens the service and both ports. Rejects where a port is taken or the service cannot open. */
export async function serve<Settings extends CommonSettings, Tables>(
  service: Service<Settings, Tables>,
  { settings, logger }: { readonly settings: Settings; readonly logger: Logger },
): Promise<Serving> {
  const { facts, bodyLimits, deadlines } = service
  armFailpoints(settings.FAILPOINTS, logger)
  const metrics = createMetrics()
  const database = openServiceDatabase<Tables>({ facts, settings, metrics, logger })
  const tracing = await openTracing(facts, settings)
  const { kysely } = database
  const redis = serviceRedis(settings, logger)
  const common = { facts, settings, metrics, redis: redis.open, now: () => new Date() }
  const opened = await service.open({ ...common, logger, database: kysely, tracing })
  const { consumers } = opened
  const events = await openServiceEvents(service, { settings, database: kysely, metrics, logger, tracing, consumers })
  const limit = await openRequestLimit(service.requestLimit, common)
  const { routes, warm } = opened
  const { SERVICE_VERSION: version, TRUSTED_PROXY_HOPS: trustedProxyHops } = settings

  const health = serviceHealth(service, {
    database,
    opened: {
      ...opened,
      optionalChecks: { ...opened.optionalChecks, ...redis.optionalChecks(), ...events.optionalChecks },
    },
    warm: async () => {
      if (warm !== undefined) await warmRoutes(warm, { facts, version, logger, routes })
    },
  })
  // Opens the first connection while the ports open, so that the first probe need not wait for it.
  void health.readiness()
  const app = createApp({
    facts,
    version,
    logger,
    metrics,
    health,
    routes,
    bodyLimits,
    deadlines: { byRoute: deadlines ?? {} },
    tracing,
    trustedProxyHops,
    limit,
  })
  const server = createShopServer(app.fetch, logger)
  const host = settings.HOST
  const port = await server.listen({ host, port: settings.PORT ?? facts.port })
  const metricsServer = await serveMetrics(metrics, { host, port: settings.METRICS_PORT ?? facts.metricsPort })
  logger.info({ host, port, metrics_port: metricsServer.port }, 'listening')

  const defaultDelaySeconds = settings.SHOP_ENV === 'local' || settings.SHOP_ENV === 'test' ? 0 : 5
  return {
    async stop({ delayed, drainMilliseconds }) {
      const workEndsAt = performance.now() + (opened.endMilliseconds ?? 0)
      health.drain()
      opened.drain?.()
      events.drain()
      if (delayed) await delay((settings.SHUTDOWN_DELAY ?? defaultDelaySeconds) * 1_000)
      const handlingEndsAt = performance.now() + events.closeMilliseconds
      const handled = endHandling(events, logger)
      server.closeConnectionsAfterAnswer()
      const cutOff = await server.close({ idleGraceMilliseconds, drainMilliseconds })
      if (cutOff.length > 0) logger.warn({ requests: cutOff }, 'requests cut off: they took too long')
      const closing = (async () => {
        // Handlers use what the service opened, and what it does last may tell events.
        await handled
        await opened.close().catch((error: unknown) => logger.warn({ error }, 'not everything could be closed'))
        await events.close().catch((error: unknown) => logger.warn({ error }, 'the bus could not be closed'))
        await Promise.all([redis.close(), database.close(), tracing?.close()])
        await metricsServer.close()
      })()
      const declared = Math.round(Math.max(workEndsAt, handlingEndsAt) - performance.now())
      const most = Math.max(closeMilliseconds, declared)
      const inTime = await Promise.race([closing.then(() => true), delay(most, false)])
      if (!inTime) logger.warn(`ended with connections open: closing them took over ${most} ms`)
      logger.info('ended')
    },
  }
}

async function endHandling(events: ServiceEvents, logger: Logger): Promise<void> {
  await events.closeConsumers().catch((error: unknown) => logger.warn({ error }, 'a consumer could not leave the bus'))
}
