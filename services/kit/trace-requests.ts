import type { MiddlewareHandler } from 'hono'
import { knownMethod, routeOf } from './request-log.ts'
import type { RequestEnvironment } from './routes.ts'
import type { Tracing } from './trace-span.ts'

/** Gives each request its span. Only where tracing is on: an application without it has no such step. */
export function traceRequests(tracing: Tracing): MiddlewareHandler<RequestEnvironment> {
  return async (c, next) => {
    const method = knownMethod(c.req.method)
    const span = tracing.startRequest({ method, traceparent: c.req.header('traceparent') })
    c.set('span', span)
    await next()
    const { status } = c.res
    const route = routeOf(c)
    span.end({
      name: `${method} ${route}`,
      attributes: { 'http.route': route, 'http.response.status_code': status, 'shop.request_id': c.get('requestId') },
      ...(status >= 500 ? { failure: c.error ?? new Error(String(status)) } : {}),
    })
  }
}
