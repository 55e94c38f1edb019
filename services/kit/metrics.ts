import type { MiddlewareHandler } from 'hono'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** 5 ms to 10 s, with the objective's 0.5 s among them. */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export type Metrics = ReturnType<typeof createMetrics>

/** A registry with the metrics that every service has; a service registers its own in `registry`. */
export function createMetrics() {
  const registry = new Registry()
  return {
    registry,
    requestDuration: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the arrival of a request to its answer',
      labelNames: ['method', 'route', 'status_code'] as const,
      buckets: durationBuckets,
      registers: [registry],
    }),
    requestsInFlight: new Gauge({
      name: 'http_requests_in_flight',
      help: 'Requests that are being answered now',
      registers: [registry],
    }),
    /** Process metrics watch the garbage collector and the event loop, so only a serving process takes them. */
    watchProcess: () => collectDefaultMetrics({ register: registry }),
  }
}

/** A counter whose series exist from the start with 0. */
export function createResultCounter(
  metrics: Metrics,
  facts: { readonly name: string; readonly help: string; readonly results: readonly string[] },
): Counter<'result'> {
  const { name, help, results } = facts
  const counter = new Counter({ name, help, labelNames: ['result'] as const, registers: [metrics.registry] })
  for (const result of results) counter.inc({ result }, 0)
  return counter
}

/** `refused` is the client's doing (wrong password, limit, validation); `error` is ours, and objectives count only it. */
export const outcomes = ['ok', 'refused', 'error'] as const

/** Counts each answer of a route as one of `outcomes`. */
export function countResults(counter: Counter<'result'>): MiddlewareHandler {
  return async (c, next) => {
    await next()
    counter.inc({ result: outcomeOf(c.res.status) })
  }
}

export function outcomeOf(status: number): (typeof outcomes)[number] {
  if (status >= 500) return 'error'
  return status >= 400 ? 'refused' : 'ok'
}
