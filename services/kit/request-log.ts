import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { clientAddress } from './client-address.ts'
import type { Logger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import type { Principal } from './principal.ts'
import type { RequestContext, RequestEnvironment } from './routes.ts'

export type RequestLogOptions = {
  readonly logger: Logger
  readonly metrics: Metrics
  readonly trustedProxyHops: number
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const slowMilliseconds = 1_000

/** Gives each request its id, one access line and its place in the metrics, also where the client has gone. */
export function logRequests(options: RequestLogOptions): MiddlewareHandler<RequestEnvironment> {
  const { logger, metrics } = options
  return async (c, next) => {
    const startedAt = performance.now()
    // Kept, because an answer that has ended no longer knows its socket.
    const socket = c.env?.outgoing?.socket
    const bytesBefore = socket?.bytesWritten ?? 0
    const requestId = acceptedRequestId(c.req.header('x-request-id'))
    let log: Logger | undefined
    c.set('requestId', requestId)
    c.set('log', () => {
      log ??= logger.child({ request_id: requestId, ...traceFields(c) })
      return log
    })
    c.header('X-Request-ID', requestId)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Cache-Control', 'no-store')

    metrics.requestsInFlight.inc()
    await next()
    const answered = () => {
      metrics.requestsInFlight.dec()
      record(c, { ...options, startedAt, bytes: socket ? socket.bytesWritten - bytesBefore : undefined })
    }
    const { outgoing } = c.env ?? {}
    if (outgoing === undefined || outgoing.closed) return answered()
    outgoing.once('close', answered)
  }
}

/** A client's id is kept only where it cannot forge a log line. */
export function acceptedRequestId(given: string | undefined): string {
  return given !== undefined && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID()
}

type Observed = RequestLogOptions & { readonly startedAt: number; readonly bytes: number | undefined }

function record(c: RequestContext, { logger, metrics, trustedProxyHops, startedAt, bytes }: Observed): void {
  const milliseconds = performance.now() - startedAt
  const { status } = c.res
  const method = knownMethod(c.req.method)
  const route = routeOf(c)
  metrics.requestDuration.observe({ method, route, status_code: status }, milliseconds / 1_000)

  const level = levelOf({ route, status, milliseconds })
  if (!logger.isLevelEnabled(level)) return
  logger[level](
    {
      request_id: c.get('requestId'),
      ...traceFields(c),
      ...callerFields(c.get('principal')),
      method: c.req.method,
      route,
      status_code: status,
      duration_ms: Math.round(milliseconds * 1_000) / 1_000,
      bytes,
      ip: clientAddress(c, trustedProxyHops),
    },
    `${c.req.method} ${c.req.path} ${status}`,
  )
}

function traceFields(c: RequestContext) {
  const span = c.get('span')
  return span === undefined ? {} : { trace_id: span.traceId }
}

function callerFields(principal: Principal | undefined) {
  if (principal === undefined) return {}
  return principal.kind === 'user' ? { user_id: principal.userId } : { client_id: principal.clientId }
}

/** Anyone can invent a method. */
export const knownMethod = (method: string): string => (knownMethods.has(method) ? method : 'other')

/** The template, never the URL, so that no client can make new series. */
export function routeOf(c: RequestContext): string {
  const route = matchedRoutes(c).at(-1)
  return route === undefined || route.method === 'ALL' ? 'unmatched' : route.path
}

/** Successful probes are DEBUG: at one a second they would bury what a person looks for. */
function levelOf(request: { route: string; status: number; milliseconds: number }) {
  if (request.status >= 500 && request.route !== '/health') return 'error'
  if (request.milliseconds > slowMilliseconds) return 'warn'
  return request.route === '/health' && request.status < 400 ? 'debug' : 'info'
}
