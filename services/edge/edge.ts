import { readFileSync } from 'node:fs'
import type { Logger } from '../kit/logging.ts'
import type { Tracing } from '../kit/trace-span.ts'
import type { LogAccess } from './access-log.ts'
import { controlHandler, type Reload } from './control-api.ts'
import { type HandlerFacts, internalHandler, publicHandler } from './handlers.ts'
import { type Listener, type ListenerOptions, openListener } from './listener.ts'
import { ReleaseSwitch } from './release-switch.ts'
import { noRoutes, parseRoutes, type RoutesReading } from './routes-file.ts'
import type { EdgeSettings } from './settings.ts'
import { stopListeners } from './stop-listeners.ts'
import { timeouts as defaultTimeouts, type Timeouts } from './timeouts.ts'

export type EdgeFacts = {
  readonly settings: EdgeSettings
  readonly logger: Logger
  readonly logAccess: LogAccess
  readonly tracing?: Tracing | undefined
  readonly timeouts?: Timeouts
}

export type Edge = {
  /** Listener name (`public`, `control`, `internal users`) → port. */
  readonly ports: Readonly<Record<string, number>>
  /** Ends gracefully, once however often it is called. True where every request ended in time. */
  stop(): Promise<boolean>
  /** Settles when the edge has stopped, whoever asked for it. */
  readonly stopped: Promise<boolean>
}

/** Why an edge did not start, in words for the log. */
export class EdgeRefused extends Error {}

/** Opens the front door. When the control API answers, everything else listens. */
export async function startEdge({ settings, logger, timeouts = defaultTimeouts, ...given }: EdgeFacts): Promise<Edge> {
  const releases = new ReleaseSwitch(timeouts)
  const reload = (): Reload => {
    const reading = readRoutes(settings.EDGE_ROUTES_FILE)
    if (!reading.ok) {
      logger.error({ reason: reading.reason }, 'routes file refused; the last good one stays')
      return reading
    }
    releases.apply(reading.routes)
    const { generation, release, candidate } = releases.status()
    logger.info({ generation, release, candidate }, 'routes loaded')
    return reading
  }
  const first = reload()
  if (!first.ok) throw new EdgeRefused(`EDGE_ROUTES_FILE refused: ${first.reason}`)

  let stopping: Promise<boolean> | null = null
  const stopped = Promise.withResolvers<boolean>()
  const listeners: Listener[] = []
  const stop = (): Promise<boolean> => {
    stopping ??= stopListeners(listeners, timeouts).then(async (inTime) => {
      await releases.destroy()
      stopped.resolve(inTime)
      return inTime
    })
    return stopping
  }

  const trustedProxyHops = settings.TRUSTED_PROXY_HOPS
  const version = settings.SERVICE_VERSION
  const saysFarewell = () => stopping !== null
  const facts: HandlerFacts = { ...given, releases, version, trustedProxyHops, saysFarewell }
  const shared = {
    access: settings.EDGE_START === 'first' ? 'exclusive' : 'shared',
    timeouts,
    warn: (fields, message) => logger.warn(fields, message),
    onHandlerFault: (error) => logger.error({ error }, 'a request met a fault of the edge'),
  } as const satisfies Partial<ListenerOptions>

  try {
    for (const { service, host, port } of settings.EDGE_INTERNAL) {
      const handler = internalHandler(service, facts)
      listeners.push(await openListener({ ...shared, name: `internal ${service}`, host, port, handler }))
    }
    const front = { name: 'public', host: settings.HOST, port: settings.PORT, handler: publicHandler(facts) }
    listeners.push(await openListener({ ...shared, ...front }))
    const { EDGE_CONTROL_PORT: controlPort, EDGE_CONTROL_TOKEN: token } = settings
    if (controlPort !== undefined && token !== undefined) {
      const handler = controlHandler({ ...facts, token, reload, stop: () => void stop() })
      const back = { name: 'control', host: '127.0.0.1', port: controlPort, handler }
      listeners.push(await openListener({ ...shared, ...back }))
    }
  } catch (error) {
    await stop()
    throw error
  }

  const ports = Object.fromEntries(listeners.map(({ name, port }) => [name, port]))
  logger.info({ ports, release: releases.status().release }, 'listening')
  return { ports, stop, stopped: stopped.promise }
}

/** A file that is not there yet means that nothing has been deployed. */
function readRoutes(path: string): RoutesReading {
  try {
    return parseRoutes(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { ok: true, routes: noRoutes }
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}
