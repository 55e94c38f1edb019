import type { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { services } from '../../registry.ts'
import { type App, createApp } from '../app.ts'
import { createHealth } from '../health.ts'
import { createLogger } from '../logging.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import type { RequestDeadlines } from '../request-deadline.ts'
import type { RequestEnvironment } from '../routes.ts'
import type { Checks } from '../service.ts'
import type { Tracing } from '../trace-span.ts'

const lineSchema = z.looseObject({ level: z.string(), message: z.string(), timestamp: z.string() })
export type LogLine = z.infer<typeof lineSchema>

export type TestApp = { readonly app: App; readonly metrics: Metrics; lines(): readonly LogLine[] }

/** Routes inside everything that the kit puts around them, with the log kept. */
export function testApp(
  routes: OpenAPIHono<RequestEnvironment>,
  options: {
    readonly metrics?: Metrics
    readonly bodyLimits?: Readonly<Record<string, number>>
    readonly required?: Checks
    readonly optional?: Checks
    readonly deadlines?: RequestDeadlines
    readonly limit?: MiddlewareHandler<RequestEnvironment>
    readonly trustedProxyHops?: number
    readonly tracing?: Tracing
  } = {},
): TestApp {
  const { metrics = createMetrics(), bodyLimits, required = {}, optional = {}, ...rest } = options
  const log = keptLog()
  const health = createHealth({ required, optional, elapsed: () => performance.now() })
  const facts = services.users
  const app = createApp({ facts, version: 'test', logger: log.logger, metrics, health, routes, bodyLimits, ...rest })
  return { app, metrics, lines: log.lines }
}

/** A logger whose lines can be read back. */
export function keptLog() {
  const kept: string[] = []
  const logger = createLogger(
    { service: 'test', version: 'test', level: 'debug' },
    { write: (line) => void kept.push(line) },
  )
  return { logger, lines: () => kept.map((line) => lineSchema.parse(JSON.parse(line))) }
}
