import type { OpenAPIHono } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import type { ServiceFacts } from '../registry.ts'
import { allowedMethods } from './allowed-methods.ts'
import { databaseFault } from './database-faults.ts'
import type { Health } from './health.ts'
import type { Logger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import { Problem, type ProblemKind, problemContentType, problems, renderProblem } from './problems.ts'
import { readBody } from './request-body.ts'
import { logRequests } from './request-log.ts'
import { refuseMalformedTarget } from './request-target.ts'
import { createRoutes, type RequestContext, type RequestEnvironment } from './routes.ts'

export type AppParts = {
  readonly facts: ServiceFacts
  readonly version: string
  readonly logger: Logger
  readonly metrics: Metrics
  readonly health: Health
  readonly routes: OpenAPIHono<RequestEnvironment>
  readonly bodyLimits?: Readonly<Record<string, number>> | undefined
  /** How many proxies in front are ours and append to X-Forwarded-For. */
  readonly trustedProxyHops?: number
}

export type App = OpenAPIHono<RequestEnvironment>

/** A service's routes with everything around them that all services share. */
export function createApp(parts: AppParts): App {
  const { facts, version, logger, metrics, trustedProxyHops = 0 } = parts
  const app = createRoutes()
  app.onError(renderFailure)
  app.use(logRequests({ logger, metrics, trustedProxyHops }))
  app.use(refuseMalformedTarget)
  app.use(readBody(parts.bodyLimits))
  app.get('/health', healthAnswer(parts))
  app.route('/', parts.routes)
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })

  const info = { title: `Shop: ${facts.longName}`, version, description: 'Problems are RFC 9457 documents.' }
  const document = once(() => app.getOpenAPI31Document({ openapi: '3.1.0', info }))
  app.get('/openapi.json', (c) => c.json(document()))
  // Few ask for the page, and everyone waits for the start.
  app.get('/docs', async (c) => c.html((await import('./docs-page.ts')).renderDocsPage(document())))

  const methodsOf = allowedMethods(app.routes)
  app.notFound((c) => {
    const methods = methodsOf(c.req.path)
    if (methods.length === 0) return answerProblem(c, new Problem(problems.routeNotFound))
    return answerProblem(c, new Problem(problems.methodNotAllowed, { headers: { Allow: methods.join(', ') } }))
  })
  return app
}

function healthAnswer({ facts, version, health }: AppParts) {
  return async (c: RequestContext) => {
    const about = { service: facts.longName, version, uptime_seconds: Math.round(process.uptime()) }
    if (c.req.query('check') !== 'ready') return c.json({ status: 'ok', ...about })
    const { status, checks, reasons } = await health.readiness()
    if (status !== 'unavailable') return c.json({ status, ...about, checks })
    c.get('log')().warn({ checks, reasons }, 'not ready')
    const down = Object.keys(checks).filter((name) => checks[name] === 'down')
    throw new Problem(problems.unavailable, {
      detail: `not ready: ${down.join(', ')} down`,
      headers: { 'Retry-After': '1' },
      members: { ...about, checks },
    })
  }
}

function renderFailure(error: Error, c: RequestContext): Response {
  const problem = problemOf(error)
  if (problem.kind.status >= 500 && problem.kind.code !== problems.unavailable.code) {
    c.get('log')().error({ error }, 'request failed')
  }
  return answerProblem(c, problem)
}

function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException) return new Problem(kindOfStatus(error.status))
  const fault = databaseFault(error)
  if (fault === undefined || fault.kind === 'constraint') return new Problem(problems.internal)
  return new Problem(problems.unavailable, { headers: { 'Retry-After': String(fault.retryAfterSeconds) } })
}

function kindOfStatus(status: number): ProblemKind {
  return Object.values(problems).find((kind) => kind.status === status) ?? problems.internal
}

function answerProblem(c: RequestContext, problem: Problem): Response {
  const body = renderProblem(problem, { path: c.req.path, requestId: c.get('requestId') })
  const challenge = problem.kind.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}
  return c.body(body, problem.kind.status, {
    'Content-Type': problemContentType,
    ...challenge,
    ...problem.facts.headers,
  })
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
