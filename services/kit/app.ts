import type { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ServiceFacts } from '../registry.ts'
import { allowedMethods, refuseOtherMethods, wrongMethod } from './allowed-methods.ts'
import { databaseFault } from './database-faults.ts'
import { failpoint } from './failpoints.ts'
import type { Health } from './health.ts'
import type { Logger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import { once } from './once.ts'
import { Problem, type ProblemKind, problemContentType, problems, renderProblem } from './problems.ts'
import { limitedPrefix } from './rate-limit/client-limit.ts'
import { documentLimit } from './rate-limit/document-limit.ts'
import { readBody } from './request-body.ts'
import { boundTime, type RequestDeadlines } from './request-deadline.ts'
import { logRequests } from './request-log.ts'
import { refuseMalformedTarget } from './request-target.ts'
import { createRoutes, type RequestContext, type RequestEnvironment } from './routes.ts'
import { traceRequests } from './trace-requests.ts'
import type { Tracing } from './trace-span.ts'

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
  readonly deadlines?: RequestDeadlines | undefined
  readonly tracing?: Tracing | undefined
  readonly limit?: MiddlewareHandler<RequestEnvironment> | undefined
}

export type App = OpenAPIHono<RequestEnvironment>

/** A service's routes with everything around them that all services share. */
export function createApp(parts: AppParts): App {
  const { facts, version, logger, metrics, trustedProxyHops = 0 } = parts
  const app = createRoutes()
  // Also where none is set now: a client must be ready for it.
  documentLimit(parts.routes, limitedPrefix)
  app.onError(renderFailure)
  if (parts.tracing !== undefined) app.use(traceRequests(parts.tracing))
  app.use(logRequests({ logger, metrics, trustedProxyHops }))
  if (parts.limit !== undefined) app.use(parts.limit)
  app.use(refuseMalformedTarget)
  app.use(readBody(parts.bodyLimits))
  app.use(boundTime(parts.deadlines))
  app.use(reachHandler)
  app.use(refuseOtherMethods(() => app.routes))
  app.get('/health', healthAnswer(parts))
  app.route('/', parts.routes)
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })

  const info = { title: `Shop: ${facts.longName}`, version, description: 'Problems are RFC 9457 documents.' }
  // Few ask for the document and the page, and everyone waits for the start.
  const document = once(async () => {
    const { completeApiDocument } = await import('./api-document.ts')
    return completeApiDocument(app.getOpenAPI31Document({ openapi: '3.1.0', info }))
  })
  app.get('/openapi.json', async (c) => c.json(await document()))
  app.get('/docs', async (c) => c.html((await import('./docs-page.ts')).renderDocsPage(await document())))
  app.get('/problems', async (c) => c.html((await import('./problem-pages.ts')).renderProblemList(await document())))
  app.get('/problems/:group/:name', async (c) => {
    const { renderProblemPage } = await import('./problem-pages.ts')
    const page = renderProblemPage(await document(), `${c.req.param('group')}/${c.req.param('name')}`)
    if (page === null) throw new Problem(problems.notFound)
    return c.html(page)
  })

  const methodsOf = allowedMethods(app.routes)
  app.notFound((c) => {
    const methods = methodsOf(c.req.path)
    if (methods.length === 0) return answerProblem(c, new Problem(problems.routeNotFound))
    return answerProblem(c, wrongMethod(methods))
  })
  return app
}

/** Where tests let every operation fail, hang or wait; never the probes. */
const reachHandler: MiddlewareHandler<RequestEnvironment> = async (c, next) => {
  if (c.req.path !== '/health') await failpoint('http.before_handler')
  return next()
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
  const log = c.get('log')()
  // A 503 that was meant is told apart by its answer; what is behind one is not.
  if (problem.kind.status === 503) {
    if (problem !== error || error.cause !== undefined) log.warn({ error }, 'not able to answer now')
  } else if (problem.kind.status >= 500) {
    log.error({ error }, 'request failed')
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
